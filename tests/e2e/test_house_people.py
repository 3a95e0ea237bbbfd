"""The house's people in a real browser: on every screen, in both languages and themes."""

import pytest

from merchants.accounts.house_roles import house_role_propose
from merchants.accounts.models import User
from merchants.accounts.services import member_add
from tests.e2e.looking import overflow_px, small_targets
from tests.e2e.test_approvals import draw

LONG = "Donaudampfschifffahrtsgesellschaftskapitänin Maria-Magdalena"


@pytest.fixture
def filled(house):
    """People with long names, one with two roles, a proposal that waits."""
    nora = User.objects.create(email=f"{'n' * 60}@{'house.' * 12}example", name=LONG)
    for role in ("desk", "operator"):
        member_add(user_id=nora.pk, role=role)
    other = User.objects.create(email="other@house.example", name=LONG)
    operator = house.staff.user("operator")
    house_role_propose(
        email=other.email, role="compliance_officer", reason=f"{LONG} {LONG}", by=operator.pk
    )


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
def test_the_page_fits_its_screen(house, filled, size, scheme, language):
    with house.page(size=size, color_scheme=scheme, role="operator") as page:
        page.goto(f"/language?to={language}&next=/house/people")
        page.wait_for_url("**/house/people")
        draw(page, f"house-people-{size}-{scheme}-{language}")
        assert overflow_px(page) == 0
        assert small_targets(page) == []


def test_a_role_is_taken_away_by_a_click(house, filled):
    with house.page(size="desktop", role="operator") as page:
        page.goto("/house/people")
        theirs = page.get_by_role("button", name=f"Take it away Operator, {LONG}")
        theirs.click()
        page.get_by_text("Taken away. It counts from their next click on.").wait_for()
        assert theirs.count() == 0
