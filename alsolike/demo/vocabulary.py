"""The words the demo shop is made of: styles, colours, brands, and what a subcategory is."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Feature:
    """One characteristic that descriptions praise and reviews judge.

    ``benefit`` and ``complaint`` are verb phrases that follow "the <name>", so that a description
    and every review of the same product speak about the same thing.
    """

    name: str
    benefit: str
    complaint: str


@dataclass(frozen=True)
class Subcategory:
    """One leaf of the category tree with everything its products are drawn from.

    Attributes
    ----------
    key : str
        Short unique name; pictures are looked up by it.
    path : str
        Full category path, ``"A > B > C"``.
    word : str
        What a shopper who likes it is said to like ("coffee").
    noun : str
        The product in running text, countable ("coffee grinder").
    kinds : tuple of str
        Product names in titles.
    materials : tuple of (str, str)
        Name and family; a shopper's liking for a family runs across subcategories.
    price : float
        Typical mid-range price in euros.
    material_key : str
        Attribute name of the material ("roast" for coffee beans).
    looks : str
        Phrase with ``{colour}`` and ``{material}`` that follows the noun.
    surface : str
        The part of it that a review talks about.
    tail : str
        End of the title.
    is_consumable : bool
        Used up and bought again.
    goes_with : tuple of str
        Keys of the subcategories bought in the same order.
    """

    key: str
    path: str
    word: str
    noun: str
    kinds: tuple[str, ...]
    materials: tuple[tuple[str, str], ...]
    price: float
    sizes: tuple[str, ...]
    uses: tuple[str, ...]
    features: tuple[Feature, ...]
    goes_with: tuple[str, ...]
    material_key: str = "material"
    looks: str = "in {colour} {material}"
    surface: str = "{colour} {material}"
    tail: str = "{material}, {colour}"
    is_consumable: bool = False


def materials_of(text: str) -> tuple[tuple[str, str], ...]:
    """Return the name and family of each material in a list.

    >>> materials_of("walnut (wood), brushed steel (metal)")
    (('walnut', 'wood'), ('brushed steel', 'metal'))
    """
    return tuple(re.findall(r"(?:^|, )(.+?) \((.+?)\)", text))


@dataclass(frozen=True)
class Style:
    """A taste that runs across categories."""

    name: str
    title_words: tuple[str, ...]
    closings: tuple[str, ...]


STYLES: tuple[Style, ...] = (
    Style(
        "minimalist",
        ("Minimalist", "Pure", "Clean-Line"),
        (
            "Clean lines and nothing superfluous.",
            "A calm, minimalist look that goes with everything.",
            "Reduced to what matters.",
        ),
    ),
    Style(
        "vintage",
        ("Vintage", "Retro", "Heritage"),
        (
            "The retro lettering is a nod to the old general stores.",
            "A vintage look that seems to have been around for decades.",
            "It has the charm of a good flea-market find, only new.",
        ),
    ),
    Style(
        "outdoor",
        ("Outdoor", "Trail", "Rugged"),
        (
            "Tough enough for trail, boat and van.",
            "Made to be taken outdoors, whatever the weather.",
            "It packs small and shrugs off rough handling.",
        ),
    ),
    Style(
        "eco",
        ("Eco", "Low-Waste", "Earth-Kind"),
        (
            "Made with renewable energy and sent without plastic.",
            "An eco choice: fair supply chain, low waste, easy to recycle.",
            "Everything about it is meant to last or to compost.",
        ),
    ),
    Style(
        "playful",
        ("Playful", "Cheerful", "Happy"),
        (
            "A playful touch that makes people smile.",
            "Cheerful dots and bright edges keep the mood up.",
            "Serious quality that does not take itself seriously.",
        ),
    ),
    Style(
        "industrial",
        ("Industrial", "Workshop", "Factory"),
        (
            "An industrial look with honest joints and visible screws.",
            "It would not look out of place in an old workshop.",
            "Raw, robust and straightforward.",
        ),
    ),
    Style(
        "botanical",
        ("Botanical", "Leafy", "Meadow"),
        (
            "A botanical pattern of fern and leaf runs around it.",
            "Leaf drawings bring a bit of garden with them.",
            "Inspired by a walk through a greenhouse.",
        ),
    ),
    Style(
        "luxe",
        ("Luxe", "Grand", "Signature"),
        (
            "Finished by hand and delivered in a gift box.",
            "A luxe piece with fine brass-toned details.",
            "The kind of quality you notice on first touch.",
        ),
    ),
)

COLOURS: tuple[tuple[str, str], ...] = (
    ("black", "#3a3c42"),
    ("white", "#e9e1d1"),
    ("sage", "#8fa98a"),
    ("terracotta", "#c8704d"),
    ("navy", "#36517d"),
    ("mustard", "#dfab3b"),
    ("blush", "#e3a6a1"),
    ("plum", "#7d4f73"),
    ("teal", "#3d8f8f"),
    ("sky blue", "#86b7d8"),
    ("crimson", "#b8404b"),
    ("sand", "#cdb38b"),
)

PRICE_LEVELS: tuple[str, ...] = ("budget", "mid-range", "premium")

MATERIAL_FAMILIES: tuple[str, ...] = (
    "wood",
    "metal",
    "ceramic",
    "natural fibre",
    "synthetic",
    "leather",
    "glass",
    "bold",
    "gentle",
)
"""The last two stand for the flavours and scents of what is eaten, drunk or used up."""

LINES: tuple[str, ...] = tuple(
    (
        "Alba Anker Arbor Aster Atlas Basalt Beacon Birch Bluff Bramble Breeze Brook Cairn "
        "Canyon Cedar Cinder Clover Cobble Comet Copse Coral Cove Crest Dapple Delta Dew Drift "
        "Dune Dusk Ember Fable Fathom Fern Fjord Flint Foxglove Frost Gable Gale Glade Glen "
        "Gorse Grove Gull Harbour Haven Hazel Heath Heron Hollow Iris Isle Ivy Jasper Juniper "
        "Kestrel Kiln Knoll Lagoon Lantern Larch Lichen Linden Loft Lumen Lupin Maple Marlin "
        "Marsh Meander Mesa Mica Mist Moss Nectar Nimbus Nook Oak Opal Orchard Osprey Otter "
        "Pebble Petal Pine Plover Pollen Prairie Quarry Quartz Rapids Reed Ridge Rill Robin "
        "Rowan Rye Sable Saffron Sedge Shale Shoal Slate Solace Sorrel Spruce Starling Summit "
        "Swift Tarn Teasel Thicket Thistle Tide Timber Topaz Tundra Umber Vale Verbena Vesper "
        "Vista Weir Willow Wren Yarrow Zephyr"
    ).split()
)

BRAND_STARTS: tuple[str, ...] = tuple(
    (
        "Ovra Tamsk Brindo Fennu Quorl Yarve Zembo Hollu Kestra Lumvi Mirro Nordu Pellu Quessa "
        "Ruska Sorvi Tulve Ulmo Vanto Wexa Ybra Dralo Elgri Frosu Gandri Hesko Ivlo Jorra Krelo "
        "Lodri"
    ).split()
)
BRAND_ENDS: tuple[str, ...] = tuple(
    (
        "lund wick quay mere skell via dell holt nara fjell vane brook stead lark moor rin vik "
        "tarn ness gard lowe croft field ven dale mark sund thal bury lin"
    ).split()
)
