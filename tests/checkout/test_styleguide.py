"""The styleguide: what no running house shows to whoever asks."""

import re

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.e2e.styleguide_urls")]


def test_each_page_of_an_error_is_shown(client: Client) -> None:
    index = client.get("/styleguide").content.decode()
    links = re.findall(r'href="(/styleguide/errors/(\w+))"', index)
    assert {code for _link, code in links} == {"400", "403", "403_csrf", "404", "429", "500"}
    for link, code in links:
        page = client.get(link)
        assert page.status_code == 200
        assert f"Error {code[:3]}" in " ".join(page.content.decode().split()), code


def test_an_error_that_there_is_not_is_not_shown(client: Client) -> None:
    assert client.get("/styleguide/errors/418").status_code == 404
