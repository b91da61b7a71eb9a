/* The header on its own: nothing else is needed before it. */
#include <slipway/ext/batch.h>
