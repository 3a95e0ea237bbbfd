"""Countries by ISO 3166-1 alpha-2, and those that raise a risk. Pure.

The lists change three times a year: ``RISK_AS_OF`` says of when they are, and the setting
``KNOWING`` replaces them.
"""

from typing import Final

import pycountry

COUNTRIES: Final = frozenset(one.alpha_2 for one in pycountry.countries)
RISK_AS_OF: Final = "2025-10-24"
CALL_FOR_ACTION: Final = frozenset({"KP", "IR", "MM"})
"""FATF, High-Risk Jurisdictions subject to a Call for Action, 24 October 2025
(https://www.fatf-gafi.org/en/topics/high-risk-and-other-monitored-jurisdictions.html)."""
MONITORED: Final = frozenset(
    {
        *("DZ", "AO", "BO", "BG", "CM", "CI", "CD", "HT", "KE", "LA"),
        *("LB", "MC", "NA", "NP", "SS", "SY", "VE", "VN", "VG", "YE"),
    }
)
"""FATF, Jurisdictions under Increased Monitoring, 24 October 2025 (at the same place)."""
