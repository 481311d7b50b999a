"""The demo shop: invented products, shoppers and history with structure worth learning."""

from alsolike.demo.write import DemoShopError, DemoShopSummary, ShopSize, write_demo_shop

__all__ = ["DemoShopError", "DemoShopSummary", "ShopSize", "write_demo_shop"]
