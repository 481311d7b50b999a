-- Keep the names of models from changing until the transaction ends; another training waits here.
-- Making a model's partition takes the same lock: taken first, two never wait for each other. Who
-- may only read the table can neither take nor delay it. No parameters.
lock table recs.models in share row exclusive mode
