"""Made-up people and companies, and strategies that put names together."""

from hypothesis import strategies as st

from gateway.compliance.listed.entities import ListedEntity, ListedName, PartialDate

GIVEN = ["Anton", "Marta", "Osei", "Lucia", "Bogdan", "Farid", "Ximena", "Tomas", "Yara", "Kwame"]
SURNAMES = ["Petrenko", "Achterberg", "Villanueva", "Okonkwo", "Lindqvist", "Haddad", "Szabo"]
words = st.sampled_from([*GIVEN, *SURNAMES, "Vladimirovich", "bin", "al", "J", "Mohammed", "Kim"])
names = st.lists(words, min_size=1, max_size=5).map(" ".join)
any_names = st.one_of(names, st.text(min_size=0, max_size=30))
kinds = st.sampled_from(["person", "organisation", "vessel", "aircraft", "unknown"])
birth_dates = st.one_of(
    st.builds(PartialDate, st.integers(1930, 2010), circa=st.booleans()),
    st.builds(PartialDate, st.integers(1930, 2010), st.integers(1, 12)),
    st.builds(PartialDate, st.integers(1930, 2010), st.integers(1, 12), st.integers(1, 28)),
)


def entity(*told: str, **more: object) -> ListedEntity:
    """A listed person of these names; of ``~name`` a weak alias."""
    listed = tuple(
        ListedName(name.removeprefix("~"), "weak" if name.startswith("~") else "primary")
        for name in told
    )
    given = {"source": "made-up", "id": "1", "kind": "person", "names": listed, **more}
    return ListedEntity(**given)  # type: ignore[arg-type]
