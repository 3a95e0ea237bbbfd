"""The verbs of looking people up."""

from gateway.compliance.inquiring.looking import inquiry_keep, name_look

__all__ = ["inquiry_keep", "name_look"]
