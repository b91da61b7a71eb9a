/* The layout as this compiler sees it; and the header twice. */
#include <slipway/plugin.h>
#include "layout.h"
