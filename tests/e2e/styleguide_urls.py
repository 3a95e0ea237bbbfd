"""Our paths with those of the styleguide, which are served with DEBUG only."""

from gateway.checkout import styleguide
from gateway.urls import handler400, handler500
from gateway.urls import urlpatterns as ours

__all__ = ["handler400", "handler500", "urlpatterns"]

urlpatterns = [*styleguide.urlpatterns, *ours]
