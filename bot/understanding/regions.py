"""States, provinces and countries as addresses name them."""

_US = """
AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;DE Delaware;
DC District of Columbia;FL Florida;GA Georgia;HI Hawaii;ID Idaho;IL Illinois;IN Indiana;IA Iowa;KS Kansas;
KY Kentucky;LA Louisiana;ME Maine;MD Maryland;MA Massachusetts;MI Michigan;MN Minnesota;MS Mississippi;
MO Missouri;MT Montana;NE Nebraska;NV Nevada;NH New Hampshire;NJ New Jersey;NM New Mexico;NY New York;
NC North Carolina;ND North Dakota;OH Ohio;OK Oklahoma;OR Oregon;PA Pennsylvania;RI Rhode Island;
SC South Carolina;SD South Dakota;TN Tennessee;TX Texas;UT Utah;VT Vermont;VA Virginia;WA Washington;
WV West Virginia;WI Wisconsin;WY Wyoming;PR Puerto Rico
"""
_CA = """
AB Alberta;BC British Columbia;MB Manitoba;NB New Brunswick;NL Newfoundland;NS Nova Scotia;NT Northwest Territories;
NU Nunavut;ON Ontario;PE Prince Edward Island;QC Quebec;SK Saskatchewan;YT Yukon
"""
_AU = """
NSW New South Wales;VIC Victoria;QLD Queensland;SA South Australia;WA Western Australia;TAS Tasmania;
ACT Australian Capital Territory;NT Northern Territory
"""
_COUNTRIES = """
US usa,u.s.a.,us,u.s.,united states,united states of america,america,estados unidos,etats-unis
GB uk,u.k.,united kingdom,great britain,england,scotland,wales,reino unido,royaume-uni
CA canada
DE germany,deutschland,alemania,allemagne,alemanha,germania,duitsland
AT austria,osterreich
CH switzerland,schweiz,suisse,svizzera
FR france,francia,frankreich,franca,frankrijk
ES spain,espana,espagne,spanien,espanha,spagna,spanje
IT italy,italia,italie,italien
PT portugal
BR brazil,brasil,bresil
NL netherlands,the netherlands,holland,nederland,niederlande,pays-bas,paises bajos
BE belgium,belgie,belgique,belgien
MX mexico
AU australia
IE ireland
"""


def _regions(lines: str) -> dict[str, str]:
    pairs = (entry.strip().partition(" ") for entry in lines.replace("\n", "").split(";"))
    return {code: name for code, _, name in pairs}


#: Country → code of a region → its name; only where addresses name one.
REGIONS: dict[str, dict[str, str]] = {"US": _regions(_US), "CA": _regions(_CA), "AU": _regions(_AU)}

#: A country's folded name → its code.
COUNTRIES: dict[str, str] = {name: line[:2] for line in _COUNTRIES.strip().splitlines() for name in line[3:].split(",")}


def region_code(said: str, country: str) -> str | None:
    """The code of a region said by its code or name, or None."""
    codes = REGIONS.get(country, {})
    wanted = said.strip(" .").lower()
    return next((code for code, name in codes.items() if wanted in (code.lower(), name.lower())), None)


def region_names(code: str | None, country: str | None) -> tuple[str, ...]:
    """The lower-case names that a region on record goes by."""
    if not code:
        return ()
    name = REGIONS.get(country or "US", {}).get(code.upper())
    return (code.lower(), name.lower()) if name else (code.lower(),)
