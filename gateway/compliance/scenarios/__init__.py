"""Transaction monitoring: what happened, counted in windows, judged by tables officers edit."""
