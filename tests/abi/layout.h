/* The layout of everything that crosses the ABI, in numbers: a compiler that disagrees does not compile this,
 * and neither does a change that would break plugins already built. C11 and C++20. */
#ifndef ABI_LAYOUT_H
#define ABI_LAYOUT_H

#include <assert.h>
#include <slipway/ext/batch.h>
#include <slipway/plugin.h>

#define AT(type, field, offset) static_assert(offsetof(type, field) == (offset), #type "." #field " moved")
#define SIZE(type, size) static_assert(sizeof(type) == (size), #type " changed its size")

SIZE(slw_value, 16);
AT(slw_value, kind, 0);
AT(slw_value, detail, 1);
AT(slw_value, tag, 2);
AT(slw_value, count, 4);
AT(slw_value, as, 8);

SIZE(slw_string, 16);
AT(slw_string, data, 0);
AT(slw_string, size, 8);

SIZE(slw_host, 48);
AT(slw_host, size, 0);
AT(slw_host, abi_minor, 4);
AT(slw_host, log, 8);
AT(slw_host, metric, 16);
AT(slw_host, record, 24);
AT(slw_host, now_ns, 32);
AT(slw_host, get_extension, 40);

SIZE(slw_writer, 8);
SIZE(slw_writer_table, 104);
AT(slw_writer_table, size, 0);
AT(slw_writer_table, null_value, 8);
AT(slw_writer_table, boolean, 16);
AT(slw_writer_table, int64, 24);
AT(slw_writer_table, uint64, 32);
AT(slw_writer_table, float64, 40);
AT(slw_writer_table, string, 48);
AT(slw_writer_table, begin_object, 56);
AT(slw_writer_table, key, 64);
AT(slw_writer_table, end_object, 72);
AT(slw_writer_table, begin_array, 80);
AT(slw_writer_table, end_array, 88);
AT(slw_writer_table, tensor, 96);

SIZE(slw_setup, 80);
AT(slw_setup, size, 0);
AT(slw_setup, host, 8);
AT(slw_setup, name, 16);
AT(slw_setup, version, 32);
AT(slw_setup, directory, 48);
AT(slw_setup, parameters, 64);
AT(slw_setup, fail, 72);

SIZE(slw_call, 72);
AT(slw_call, size, 0);
AT(slw_call, request, 8);
AT(slw_call, parameters, 16);
AT(slw_call, response, 24);
AT(slw_call, deadline_ns, 32);
AT(slw_call, request_id, 40);
AT(slw_call, cancelled, 56);
AT(slw_call, fail, 64);

SIZE(slw_plugin, 64);
AT(slw_plugin, size, 0);
AT(slw_plugin, abi_minor, 4);
AT(slw_plugin, sdk_version, 8);
AT(slw_plugin, name, 16);
AT(slw_plugin, version, 24);
AT(slw_plugin, create, 32);
AT(slw_plugin, destroy, 40);
AT(slw_plugin, predict, 48);
AT(slw_plugin, get_extension, 56);

SIZE(slw_batch, 16);
AT(slw_batch, size, 0);
AT(slw_batch, reserved, 4);
AT(slw_batch, predict, 8);

static_assert(SLW_NULL == 0 && SLW_FALSE == 1 && SLW_TRUE == 2 && SLW_INT64 == 3 && SLW_UINT64 == 4 &&
                  SLW_FLOAT64 == 5 && SLW_STRING == 6 && SLW_BYTES == 7 && SLW_ARRAY == 8 &&
                  SLW_OBJECT == 9 && SLW_TENSOR == 10,
              "a kind was renumbered");
static_assert(SLW_BOOL == 1 && SLW_I8 == 2 && SLW_I16 == 3 && SLW_I32 == 4 && SLW_I64 == 5 && SLW_U8 == 6 &&
                  SLW_U16 == 7 && SLW_U32 == 8 && SLW_U64 == 9 && SLW_F32 == 10 && SLW_F64 == 11,
              "an element type was renumbered");
static_assert(SLW_OK == 0 && SLW_INVALID_ARGUMENT == 1 && SLW_FAILED == 2 && SLW_DEADLINE_EXCEEDED == 3 &&
                  SLW_CANCELLED == 4 && SLW_UNAVAILABLE == 5,
              "a status was renumbered");
static_assert(SLW_LOG_DEBUG == 0 && SLW_LOG_INFO == 1 && SLW_LOG_WARNING == 2 && SLW_LOG_ERROR == 3 &&
                  SLW_METRIC_COUNTER == 0 && SLW_METRIC_GAUGE == 1 && SLW_METRIC_HISTOGRAM == 2,
              "a level or a kind of metric was renumbered");
static_assert(sizeof(slw_status) == 4 && SLW_INTEGRAL == 0x80u && SLW_MIXED == 0x80u && SLW_MAX_RANK == 8 &&
                  SLW_INDEXED_ABOVE == 16,
              "a constant changed");

#endif /* ABI_LAYOUT_H */
