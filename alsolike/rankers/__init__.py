"""Rankers: whatever recommends products to shoppers, in a form that an evaluation can measure.

`protocol` says what a ranker is; `baselines` are what ours is measured against; `stored` asks a
model in the database, `trained` makes one anew by its recipe (`blend`, from `spaces`); `by_name`
finds any of them.
"""
