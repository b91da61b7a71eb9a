// Random draft-04 schemas, documents near the edge of what a schema accepts, and schemas that differ from
// another in one place: for property tests and for comparing validators.
//
//   RandomJson random(seed, kEveryFeature & ~kPattern);
//   const Json schema = random_schema(random);
//   const Json document = random_document(random, schema);
//   compile_text(schema.to_text(), ...), read_json(document.to_text(), ...)
#pragma once

#include "document/json_tree.hpp"
#include "random_json.hpp"

namespace slipway::testing {

// Well-formed by the standard, with nothing but keywords of the features of `random`. Some contradict
// themselves, so compile them with `strict` off.
Json random_schema(RandomJson& random);

// About half of them are valid: it is made to fit, then up to two choices fall just outside (a bound passed
// by one, a member left out or added, an element doubled), and now and then something in it is replaced by
// anything.
Json random_document(RandomJson& random, const Json& schema);

// A copy with one place changed: a bound moved, a keyword, name, type or value of `enum` taken away or added,
// a flag turned, a subschema replaced. Whether that widens or narrows the whole is not known (`not` turns it
// round).
Json mutate_schema(RandomJson& random, const Json& schema);

}  // namespace slipway::testing
