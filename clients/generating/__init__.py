"""Writes what the clients of both languages share from the API's description, docs/openapi.json.

``python -m clients.generating`` after ``manage.py openapi``. What is written is committed, and a
test writes it again and compares, so that no client says what the API doesn't.
"""
