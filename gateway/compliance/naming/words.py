"""Words of names that say little about who bears them, and words that are one word. Data.

Written from general knowledge of the languages: titles, particles, legal forms, numbers and the
usual spellings of given names in Latin letters. Everything stands as ``spelling.spelt`` leaves it.
Part of the scorer's version: whoever changes a word here raises ``SCORER_VERSION``.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HONORIFICS: Final = _words(
    """
    mr mrs ms miss mister madam madame monsieur mme mlle mademoiselle sir dame lord lady herr frau
    fraulein senor senora senorita signor signora sr sra dr doctor prof professor ing dipl engineer
    rev reverend president chairman minister senator governor general gen colonel col major maj
    captain capt cpt lieutenant lt sergeant sgt commander cmdr brigadier marshal admiral adm justice
    ambassador excellency honorable hon gospodin gospozha tovarisch comrade jr junior senior ii iii
    esq phd mba
    """
)

TITLES_AND_NAMES: Final = _words(
    """
    shaykh haji hajji hadji hajj hoji mullah mulla maulana mawlana maulawi mawlawi molvi mufti imam
    ayatollah sayyid sayed seyed seyyed qari hafiz ustad amir emir sultan malik begum bey pasha aga
    agha akhund don king queen prince princess judge
    """
)
"""Titles that are names as well."""

PARTICLES: Final = _words(
    """
    bin ibn ben bint binti binte ould wuld al el ul ur as ad ar az an ash at ud bu abu abou abi umm
    um e o a i y da das de del della dello delle degli dei den der des di do dos du d van vom von
    zu zum zur ter ten te la le les lo los las los san santa st saint mac mc af av ap oglu zade
    pur pour na nee the of and und et for in on to fur per und oder
    """
)

GENERIC_WORDS: Final = _words(
    """
    agency asia associates association authority bank banco banque banking bureau business capital
    center centre chemical club commerce commercial committee communications construction
    consulting consultants corporate council credit department development distribution electric
    electronics energy engineering enterprise enterprises equipment establishment estate europe
    export exports factory federal finance financial firm food foods foundation front fund funds
    general global group government handel holding holdings house import impex industrial
    industries industry institute institution insurance international investment investments
    institut invest lines logistics machinery management manufacturing maritime marine marketing
    media medical military ministry mining mortgage movement national navigation network
    office oil organisation partners party petroleum plant power product products production
    project projects properties property public real research resources science sciences scientific
    securities service services shipping society software solutions steel state stores supply
    systems technical technologies technology telecom telecommunications trade trading transport
    transportation travel trust union united universal university ventures works world worldwide
    zavod obshchestvo obshchestvennaya organizatsiya bank tsentr fond soyuz kompaniya predpriyatie
    gruppa torgovyy dom firma nauchno proizvodstvennoe obedinenie institut
    """
)

COMMON_NAME_WORDS: Final = _words("abd muhammad ahmad ali kim khan")
"""So common (after ``FAMILIES``) that sharing one says little. One family a word."""

# One word for one legal form, and what kind of company it makes. ``any``: no more than "a company".
LEGAL_FORMS: Final[dict[str, str]] = {
    form: kind
    for kind, forms in {
        "private": """ltd|limited|ltda|limitada|llc|limited liability company|ooo|tov|too|oou|doo|
            d o o|gmbh|gesellschaft mit beschrankter haftung|mbh|sarl|s a r l|
            societe a responsabilite limitee|srl|s r l|sl|s l|
            sociedad limitada|bv|b v|bvba|sp z oo|sp z o o|spzoo|sro|s r o|kft|oy|aps|pte ltd|
            pte|pvt ltd|pvt|private limited|proprietary limited|pty ltd|pty|sdn bhd|fze|fzco|fzc|
            fz llc|fz|wll|w l l|ltd sti|lda|sia|uab|eood|ood|lc|
            obshchestvo s ogranichennoy otvetstvennostyu|
            tovarystvo z obmezhenoyu vidpovidalnistyu""",
        "public": """plc|public limited company|ag|aktiengesellschaft|sa|s a|societe anonyme|
            sociedad anonima|spa|s p a|societa per azioni|nv|n v|naamloze vennootschap|se|ab|
            aktiebolag|oyj|asa|as|a s|jsc|ojsc|cjsc|pjsc|ao|oao|zao|pao|joint stock company|
            open joint stock company|closed joint stock company|public joint stock company|
            private joint stock company|aktsionernoe obshchestvo|otkrytoe aktsionernoe obshchestvo|
            zakrytoe aktsionernoe obshchestvo|publichnoe aktsionernoe obshchestvo|sa de cv|
            s a de c v|tbk|bhd|berhad|kgaa|ad|dd|psc|p j s c|saog|sal|sae|kk|kabushiki kaisha|
            anonim sirketi|pt|perseroan terbatas""",
        "partnership": """lp|l p|llp|limited partnership|limited liability partnership|kg|
            kommanditgesellschaft|gmbh and co kg|gmbh co kg|ohg|gbr|snc|sca|scs|cv|vof|kd""",
        "nonprofit": """ano|ngo|npo|ev|eingetragener verein|stiftung|ggmbh|asbl|vzw|
            avtonomnaya nekommercheskaya organizatsiya|nko""",
        "state": """fgup|gup|mup|state enterprise|unitary enterprise|
            federalnoe gosudarstvennoe unitarnoe predpriyatie""",
        "any": """inc|incorporated|corp|corporation|co|company|cie|compagnie|co ltd|co llc|co inc|
            compania|cia|kompaniya|company limited|company ltd|corporation limited|corporation ltd|
            corp ltd|co limited""",
    }.items()
    for form in (" ".join(text.split()) for text in forms.split("|"))
}
LEGAL_FORM_WORDS: Final = max(form.count(" ") + 1 for form in LEGAL_FORMS)

FORM_WORDS: Final = frozenset(
    word for form in LEGAL_FORMS if " " in form for word in form.split() if len(word) > 3
) | _words("limited company corporation incorporated")
"""The words that legal forms are made of, which say nothing wherever they stand in a name."""

NUMBERS: Final[dict[str, str]] = {
    word: str(number)
    for number, words in {
        1: "one first 1st i",
        2: "two second 2nd ii",
        3: "three third 3rd iii",
        4: "four fourth 4th iv",
        5: "five fifth 5th v",
        6: "six sixth 6th vi",
        7: "seven seventh 7th vii",
        8: "eight eighth 8th viii",
        9: "nine ninth 9th ix",
        10: "ten tenth 10th x",
        11: "eleven eleventh 11th xi",
        12: "twelve twelfth 12th xii",
        13: "thirteen thirteenth 13th xiii",
        14: "fourteen fourteenth 14th xiv",
        15: "fifteen fifteenth 15th xv",
        16: "sixteen sixteenth 16th xvi",
        17: "seventeen seventeenth 17th xvii",
        18: "eighteen eighteenth 18th xviii",
        19: "nineteen nineteenth 19th xix",
        20: "twenty twentieth 20th xx",
        30: "thirty thirtieth 30th xxx",
        40: "forty fourty fortieth 40th xl",
        50: "fifty fiftieth 50th",
        60: "sixty sixtieth 60th",
        70: "seventy seventieth 70th",
        80: "eighty eightieth 80th",
        90: "ninety ninetieth 90th",
        100: "hundred hundredth 100th",
    }.items()
    for word in words.split()
}
"""Of organisations and ships only: nobody's first name is read as a number."""

ABBREVIATIONS: Final[dict[str, str]] = {
    "intl": "international",
    "int": "international",
    "natl": "national",
    "nat": "national",
    "assn": "association",
    "assoc": "association",
    "bros": "brothers",
    "dept": "department",
    "dev": "development",
    "dist": "distribution",
    "eng": "engineering",
    "engg": "engineering",
    "equip": "equipment",
    "est": "establishment",
    "exp": "export",
    "fin": "financial",
    "gen": "general",
    "govt": "government",
    "grp": "group",
    "hldg": "holding",
    "hldgs": "holdings",
    "imp": "import",
    "ind": "industries",
    "inds": "industries",
    "ins": "insurance",
    "inst": "institute",
    "inv": "investment",
    "mfg": "manufacturing",
    "mgmt": "management",
    "org": "organisation",
    "organization": "organisation",
    "centre": "center",
    "svcs": "services",
    "sys": "systems",
    "tech": "technology",
    "trdg": "trading",
    "univ": "university",
}
"""Of organisations' words; spellings of both sides of the Atlantic among them."""
