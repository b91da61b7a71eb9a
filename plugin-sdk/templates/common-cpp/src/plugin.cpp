// The one symbol that the shared library exports: the table of @name@'s functions.
#include "model.hpp"

SLIPWAY_PLUGIN(@plugin@::Model)
