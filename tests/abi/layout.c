/* The layout as this compiler sees it; and the header twice. */
#include "layout.h"
#include <slipway/ext/batch.h>
#include <slipway/plugin.h>
