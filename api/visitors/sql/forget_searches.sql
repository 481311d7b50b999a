-- Forget what a shopper searched for, in all sessions in which they are signed in.
-- shopper_id: the shopper.
update ops.sessions as s
set data = s.data - 'searches'
where s.shopper_id = %(shopper_id)s::text and s.data ? 'searches'
