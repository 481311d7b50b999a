"""What search engines ask for: `/robots.txt` and the sitemap."""
