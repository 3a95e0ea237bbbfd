"""Exact money: assets, amounts and rates as integers. Pure: no Django, clock, network or database.

``fields.py`` is the one exception: the model field that stores base units.
"""
