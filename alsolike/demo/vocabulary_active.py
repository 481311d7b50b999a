"""Subcategories of the outdoors, sport, the office and audio."""

from alsolike.demo.vocabulary import Feature as F  # noqa: N817 - 190 rows read better with one letter
from alsolike.demo.vocabulary import Subcategory, materials_of

ACTIVE_SUBCATEGORIES: tuple[Subcategory, ...] = (
    Subcategory(
        key="tent",
        path="Outdoors > Camping > Tents",
        word="camping",
        noun="tent",
        kinds=("Dome Tent", "Trekking Tent", "Tunnel Tent"),
        materials=materials_of(
            "ripstop nylon (synthetic), recycled polyester (synthetic), "
            "cotton canvas (natural fibre), coated ripstop (synthetic)"
        ),
        price=210.0,
        sizes=("1 person", "2 persons", "4 persons"),
        uses=("weekend hikes", "summer festivals", "family camping by the lake"),
        features=(
            F("aluminium poles", "hold in strong wind", "snapped in a light breeze"),
            F("taped seams", "stay dry in heavy rain", "let water in overnight"),
            F("large vestibule", "swallows two packs", "sags and collects water"),
            F("mesh inner", "stops midges and mist", "tore at the zip"),
            F("colour-coded clips", "make pitching quick", "do not match the manual"),
        ),
        goes_with=("sleepingbag", "backpack"),
    ),
    Subcategory(
        key="sleepingbag",
        path="Outdoors > Camping > Sleeping Bags",
        word="camping",
        noun="sleeping bag",
        kinds=("Sleeping Bag", "Mummy Sleeping Bag", "Three-Season Sleeping Bag"),
        materials=materials_of(
            "recycled nylon (synthetic), microfibre (synthetic), brushed cotton (natural fibre), "
            "merino lining (natural fibre)"
        ),
        price=118.0,
        sizes=("regular", "long", "wide"),
        uses=("cool spring nights", "hut tours", "the back of a van"),
        features=(
            F("draught collar", "keeps the warmth in", "leaves a cold gap"),
            F("two-way zip", "runs without snagging", "jams in the lining"),
            F("loft filling", "is warm for its weight", "clumps in the corners"),
            F("compression sack", "makes it tiny", "ripped at the seam"),
            F("shaped foot box", "gives toes room", "is cold as ice"),
        ),
        goes_with=("tent",),
    ),
    Subcategory(
        key="backpack",
        path="Outdoors > Hiking > Backpacks",
        word="hiking",
        noun="backpack",
        kinds=("Backpack", "Daypack", "Roll-Top Backpack"),
        materials=materials_of(
            "waxed canvas (natural fibre), recycled nylon (synthetic), saddle leather (leather), "
            "tarpaulin (synthetic)"
        ),
        price=96.0,
        sizes=("18 l", "28 l", "45 l"),
        uses=("day hikes", "commuting by bike", "a long weekend away"),
        features=(
            F("padded hip belt", "takes the weight off", "digs in after an hour"),
            F("ventilated back", "stays dry on climbs", "rubs through the shirt"),
            F("laptop sleeve", "is well padded", "is too small for any laptop"),
            F("roll top", "keeps out the rain", "does not stay closed"),
            F("side pockets", "hold a bottle each", "lose everything you put in"),
        ),
        goes_with=("bottle", "tent"),
    ),
    Subcategory(
        key="mat",
        path="Sport > Yoga > Mats",
        word="yoga",
        noun="yoga mat",
        kinds=("Yoga Mat", "Travel Yoga Mat", "Alignment Yoga Mat"),
        materials=materials_of(
            "natural rubber (natural fibre), cork (wood), jute (natural fibre), "
            "closed-cell foam (synthetic)"
        ),
        price=49.0,
        sizes=("2 mm", "4 mm", "6 mm"),
        uses=("morning flow", "hot yoga", "stretching after a run"),
        features=(
            F("open texture", "grips even when wet", "is slippery"),
            F("alignment lines", "help with posture", "rubbed off within a week"),
            F("dense core", "protects the knees", "crumbles at the edges"),
            F("carry strap", "adjusts easily", "tore on the way home"),
            F("light weight", "makes it easy to take along", "lets it slide all over the floor"),
        ),
        goes_with=("bottle", "towel"),
    ),
    Subcategory(
        key="bottle",
        path="Sport > Hydration > Bottles",
        word="sport",
        noun="drinking bottle",
        kinds=("Drinking Bottle", "Insulated Bottle", "Sports Flask"),
        materials=materials_of(
            "stainless steel (metal), borosilicate glass (glass), "
            "plant-based plastic (synthetic), titanium (metal)"
        ),
        price=26.0,
        sizes=("350 ml", "500 ml", "1 l"),
        uses=("the gym", "long rides", "a day at work"),
        features=(
            F("vacuum wall", "keeps water cold all day", "keeps nothing cold"),
            F("one-hand cap", "opens on the move", "leaks in the bag"),
            F("wide neck", "is easy to clean", "spills when you drink"),
            F("carry loop", "clips to any pack", "broke on the first hike"),
            F("taste-free inside", "never smells", "tastes of metal"),
        ),
        goes_with=("mat", "backpack"),
    ),
    Subcategory(
        key="helmet",
        path="Sport > Cycling > Helmets",
        word="cycling",
        noun="bike helmet",
        kinds=("Bike Helmet", "City Helmet", "Gravel Helmet"),
        materials=materials_of(
            "polycarbonate (synthetic), recycled shell (synthetic), cork lining (wood), "
            "leather trim (leather)"
        ),
        price=79.0,
        sizes=("S", "M", "L"),
        uses=("the daily commute", "gravel tours", "fast road rides"),
        features=(
            F("turn-dial fit", "adjusts with one hand", "loosens at every bump"),
            F("rear light", "is seen from afar", "died after two rides"),
            F("deep vents", "cool well uphill", "whistle in the wind"),
            F("magnetic buckle", "closes with gloves on", "pinches the skin"),
            F("washable pads", "dry overnight", "peel off"),
        ),
        goes_with=("bottle", "backpack"),
    ),
    Subcategory(
        key="notebook",
        path="Office > Paper > Notebooks",
        word="stationery",
        noun="notebook",
        kinds=("Notebook", "Dotted Journal", "Sketchbook"),
        materials=materials_of(
            "linen cover (natural fibre), leather cover (leather), stone paper (ceramic), "
            "recycled card (natural fibre)"
        ),
        price=14.0,
        sizes=("A6", "A5", "A4"),
        uses=("morning pages", "meeting notes", "travel sketches"),
        features=(
            F("thread binding", "opens flat", "lost pages within a week"),
            F("120 g paper", "takes ink without bleeding", "bleeds through with any ink"),
            F("numbered pages", "make an index easy", "are misprinted"),
            F("ribbon marker", "finds the page at once", "frayed immediately"),
            F("elastic band", "keeps loose sheets in", "went slack"),
        ),
        goes_with=("pen",),
        is_consumable=True,
    ),
    Subcategory(
        key="pen",
        path="Office > Writing > Fountain Pens",
        word="writing",
        noun="fountain pen",
        kinds=("Fountain Pen", "Pocket Fountain Pen", "Calligraphy Pen"),
        materials=materials_of(
            "brass (metal), anodised aluminium (metal), olive wood (wood), resin (synthetic)"
        ),
        price=46.0,
        sizes=("fine nib", "medium nib", "broad nib"),
        uses=("letters", "signing things", "daily notes"),
        features=(
            F("steel nib", "glides over paper", "scratches"),
            F("screw cap", "keeps the nib wet", "dries out overnight"),
            F("converter filling", "takes any bottled ink", "leaks on the fingers"),
            F("faceted barrel", "does not roll off the desk", "feels rough and unfinished"),
            F("slim balance", "suits long writing", "tires the hand"),
        ),
        goes_with=("notebook",),
    ),
    Subcategory(
        key="organiser",
        path="Office > Desk > Organisers",
        word="desk order",
        noun="desk organiser",
        kinds=("Desk Organiser", "Pen Tray", "Desk Caddy"),
        materials=materials_of(
            "bamboo (wood), folded steel (metal), wool felt (natural fibre), concrete (ceramic)"
        ),
        price=33.0,
        sizes=("small", "medium", "large"),
        uses=("a tidy home office", "craft supplies", "a shared desk"),
        features=(
            F("phone slot", "holds the screen at a good angle", "fits no phone with a case"),
            F("removable tray", "is handy for clips", "jams"),
            F("cable gap", "hides the charger", "is too thin for a plug"),
            F("non-slip base", "stays where you put it", "left marks on the desk"),
            F("modular boxes", "can be rearranged", "do not fit together"),
        ),
        goes_with=("pen", "notebook"),
    ),
    Subcategory(
        key="headphones",
        path="Audio > Listening > Headphones",
        word="music",
        noun="pair of headphones",
        kinds=("Over-Ear Headphones", "Wireless Headphones", "Studio Headphones"),
        materials=materials_of(
            "aluminium (metal), walnut cups (wood), recycled plastic (synthetic), "
            "leather pads (leather)"
        ),
        price=139.0,
        sizes=("compact", "standard", "large"),
        uses=("train rides", "focused work", "late-night listening"),
        features=(
            F("noise cancelling", "hushes the office", "hisses"),
            F("memory-foam pads", "stay comfortable for hours", "split along the seam"),
            F("fold-flat hinge", "fits in a small bag", "snapped in the second week"),
            F("40-hour battery", "lasts a working week", "is empty by noon"),
            F("warm tuning", "makes voices sound natural", "drowns everything in bass"),
        ),
        goes_with=("speaker", "organiser"),
    ),
    Subcategory(
        key="speaker",
        path="Audio > Listening > Speakers",
        word="music",
        noun="speaker",
        kinds=("Wireless Speaker", "Bookshelf Speaker", "Portable Speaker"),
        materials=materials_of(
            "oak veneer (wood), aluminium (metal), woven fabric (natural fibre), "
            "silicone (synthetic)"
        ),
        price=124.0,
        sizes=("10 W", "30 W", "60 W"),
        uses=("the kitchen radio hour", "garden parties", "a small living room"),
        features=(
            F("passive radiator", "gives deep, dry bass", "rattles at any volume"),
            F("splash guard", "survives a shower", "let in water at once"),
            F("stereo pairing", "fills the room", "drops out every few minutes"),
            F("analogue knob", "is a joy to turn", "crackles"),
            F("20-hour battery", "lasts a weekend", "fades after two hours"),
        ),
        goes_with=("turntable",),
    ),
    Subcategory(
        key="turntable",
        path="Audio > Vinyl > Turntables",
        word="vinyl",
        noun="turntable",
        kinds=("Turntable", "Belt-Drive Turntable", "Record Player"),
        materials=materials_of(
            "walnut (wood), acrylic (glass), lacquered board (wood), brushed aluminium (metal)"
        ),
        price=265.0,
        sizes=("compact", "standard", "studio"),
        uses=("Sunday records", "a first vinyl collection", "careful listening"),
        features=(
            F("carbon tonearm", "tracks quietly", "skips"),
            F("belt drive", "runs without rumble", "slips and slows down"),
            F("built-in preamp", "plugs into anything", "hums"),
            F("dust cover", "closes softly", "arrived scratched"),
            F("damped feet", "ignore footsteps", "wobble"),
        ),
        goes_with=("speaker", "headphones"),
    ),
)
