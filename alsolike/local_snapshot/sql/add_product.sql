-- Write a product. Values: the columns of PRODUCT_SCHEMA.
insert into products (
    product_id, title, description, category, brand, price, currency, image_url, attributes,
    is_in_stock, created_at, rating_average, review_count, popularity_rank, is_rebuyable
) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
