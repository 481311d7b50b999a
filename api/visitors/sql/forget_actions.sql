-- Delete what was kept for a purpose of somebody who does not agree to it.
-- purpose: 'personalisation' or 'measurement'; shopper_id or session_id: who, the other null.
-- A row: how many rows were deleted.
select raw.forget_actions(%(purpose)s, %(shopper_id)s, %(session_id)s) as deleted
