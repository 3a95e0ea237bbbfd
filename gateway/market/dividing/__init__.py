"""How the desk's capital is divided between its uses: proposed from what was measured."""
