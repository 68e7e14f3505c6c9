"""The words the demo's records are made of: invented companies, products and people."""

from typing import NamedTuple

__all__ = ["DEPARTMENTS", "FAMILY_NAMES", "GIVEN_NAMES", "MODELS", "TITLES", "Model", "Title"]


class Model(NamedTuple):
    """A model of a device and what it comes with."""

    manufacturer: str
    name: str
    ram_gb: tuple[int, ...]


class Title(NamedTuple):
    """A piece of software; its name is unique."""

    name: str
    publisher: str


# SIM905: as lists of literals the names would take a line each.
GIVEN_NAMES = tuple(
    """Aaliyah Abel Adam Agnes Aisha Akira Alba Alice Amara Amir Ana Anders Anja Arjun Astrid Ayesha
    Bao Beatriz Ben Bianca Bruno Carla Carlos Chen Chiara Chloe Clara Daan Dalia Daniel David Diego
    Dina Elena Elias Elif Emil Emma Erik Eva Farah Felix Fiona Freya Gabriel Grace Hana Hannah
    Hassan Hugo Ida Ines Isaac Ivan Jana Jonas Julia Kai Kamal Kira Lars Laura Leila Leo""".split()  # noqa: SIM905
)
FAMILY_NAMES = tuple(
    """Abe Adeyemi Ahmed Alvarez Andersson Bakker Banerjee Bauer Becker Berg Bianchi Bianco Boateng
    Bos Braun Brown Carter Castillo Chan Chavez Choi Clarke Cohen Costa Cruz Dahl Das Davies Diaz
    Dubois Eriksen Evans Farah Fernandes Ferrari Fischer Fontaine Fraser Fujita Garcia Gill Gomez
    Green Gruber Gupta Haddad Hall Hansen Harris Hassan Hayashi Hoffmann Holm Horvat Hughes Ibrahim
    Ito Jansen Jensen Johansson Jones Kaya Keller Khan Kim Klein Kovac Kowalski Kumar Lambert Lang
    Larsen Lee Lehmann Lewis Li Lopez Maier Marino Martin Mendes Mensah Meyer Moreau Morgan Moretti
    Mori Murphy Nakamura Nguyen Nielsen Novak Nowak Okafor Olsen Omar Ortiz Osei Park Patel Peeters
    Petrov Pham Popescu Ramos Reid Reyes Ricci Rossi Roy Ruiz Sato Schmid Schneider Sharma Silva
    Singh Smit Sousa Suzuki Tanaka Taylor Torres Visser Vogel Wagner Walker Wang Weber Wright Young
    Yilmaz Zhang""".split()  # noqa: SIM905
)
DEPARTMENTS = (
    "Accounting",
    "Customer Care",
    "Design",
    "Engineering",
    "Facilities",
    "Human Resources",
    "Information Security",
    "Legal",
    "Logistics",
    "Marketing",
    "Operations",
    "Procurement",
    "Quality",
    "Research",
    "Sales",
    "Training",
)
MODELS: dict[str, tuple[Model, ...]] = {
    "laptop": (
        Model("Corvane", "Aero 13", (8, 16)),
        Model("Corvane", "Aero 15", (16, 32)),
        Model("Halden", "Fieldbook 14", (16, 32)),
        Model("Halden", "Fieldbook 16 Pro", (32, 64)),
        Model("Nimbral", "Lumen X", (8, 16, 32)),
    ),
    "desktop": (
        Model("Corvane", "Desk Mini", (8, 16)),
        Model("Halden", "Tower 500", (16, 32, 64)),
        Model("Ostrava Systems", "Workline S", (32, 64, 128)),
    ),
    "phone": (
        Model("Nimbral", "Call 7", (6, 8)),
        Model("Nimbral", "Call 7 Plus", (8, 12)),
        Model("Tessera", "Handset One", (4, 6)),
    ),
    "server": (
        Model("Ostrava Systems", "Rack 2U", (128, 256, 512)),
        Model("Ostrava Systems", "Rack 1U", (64, 128)),
        Model("Granit", "Blade M4", (256, 512, 1024)),
    ),
}
_PUBLISHERS = {
    "Alder & Finch": "Alder",
    "Bluegate Software": "Bluegate",
    "Cirrosoft": "Cirro",
    "Deltaworks": "Delta",
    "Emberline": "Ember",
    "Fernhill Labs": "Fern",
    "Glasswing": "Glasswing",
    "Harborline": "Harbor",
    "Inkwell Systems": "Inkwell",
    "Juniper Hall": "Juniper",
    "Kestrel Data": "Kestrel",
    "Lanternworks": "Lantern",
    "Maplecore": "Maple",
    "Northpass": "Northpass",
    "Orchard Street": "Orchard",
    "Pillar Software": "Pillar",
    "Quillon": "Quillon",
    "Riverbend": "River",
    "Stonebridge": "Stone",
    "Thistle Tools": "Thistle",
}
_PRODUCTS = (
    "Agent",
    "Backup",
    "Browser",
    "Calendar",
    "Chat",
    "Mail",
    "Notes",
    "Office",
    "Remote",
    "Vault",
)
TITLES = tuple(
    Title(f"{brand} {product}", publisher)
    for publisher, brand in _PUBLISHERS.items()
    for product in _PRODUCTS
)
