"""Load a shop's files into the raw schema, by COPY.

Loading the same files twice changes nothing; rows that cannot be used are kept with their reason.
"""

from alsolike.loading.amazon import load_amazon
from alsolike.loading.completejourney import load_completejourney
from alsolike.loading.consent import ConsentNeededError
from alsolike.loading.folder import load_folder
from alsolike.loading.summary import FileSummary, LoadSummary

__all__ = [
    "ConsentNeededError",
    "FileSummary",
    "LoadSummary",
    "load_amazon",
    "load_completejourney",
    "load_folder",
]
