/* The value document: how a request, a response or a model's parameters lie in memory.
 *
 * A document is one block of 16-byte nodes and their payload bytes. A node never holds a pointer: it holds an
 * unsigned distance in bytes from the node itself *forward* to its payload, so a document can be moved, or
 * mapped in another process, and read there unchanged. All of it is little-endian, read-only, and as
 * long-lived as the function that hands it out says. The layout is part of the plugin ABI: kinds are only
 * ever added, and a host never sends a kind newer than the ABI minor version a plugin was built for.
 *
 * Everything here is plain C11, inline, and safe to call from any thread.  [any]
 */
#ifndef SLIPWAY_VALUE_H
#define SLIPWAY_VALUE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum slw_kind {
  SLW_NULL = 0,
  SLW_FALSE = 1,
  SLW_TRUE = 2,
  SLW_INT64 = 3,   /* as.i64 */
  SLW_UINT64 = 4,  /* as.u64; only for what int64 cannot hold */
  SLW_FLOAT64 = 5, /* as.f64; finite */
  SLW_STRING = 6,  /* count bytes of valid UTF-8 at the payload; may hold NUL, is not terminated */
  SLW_BYTES = 7,   /* count octets at the payload; never comes from JSON */
  SLW_ARRAY = 8,   /* count nodes at the payload, 16-byte aligned */
  SLW_OBJECT =
      9, /* count pairs of nodes (key, value) at the payload, in the order they were written; see slw_find */
  SLW_TENSOR = 10 /* count numbers in row-major order; JSON's arrays of numbers are tensors of rank 1 */
};

/* The element type of a tensor, in the low seven bits of `detail`. JSON yields SLW_I64 and SLW_F64 only. */
enum slw_type {
  SLW_BOOL = 1, /* one byte each, 0 or 1 */
  SLW_I8 = 2,
  SLW_I16 = 3,
  SLW_I32 = 4,
  SLW_I64 = 5,
  SLW_U8 = 6,
  SLW_U16 = 7,
  SLW_U32 = 8,
  SLW_U64 = 9,
  SLW_F32 = 10,
  SLW_F64 = 11
};

/* In `detail` of SLW_FLOAT64: the number was written without fraction and exponent, as an integer no 64 bits
 * can hold, or as -0. */
#define SLW_INTEGRAL 0x80u
/* In `detail` of a SLW_F64 tensor: integers were among the numbers; behind the data lies a bitmap, bit i%8 of
 * byte i/8, that says which. */
#define SLW_MIXED 0x80u

#define SLW_MAX_RANK 8
/* An object with more members than this carries an index behind its pairs: count uint32 member numbers,
 * sorted by (key hash, key length, key bytes). */
#define SLW_INDEXED_ABOVE 16

typedef struct slw_value {
  uint8_t kind;   /* enum slw_kind */
  uint8_t detail; /* SLW_TENSOR: enum slw_type, perhaps SLW_MIXED; SLW_FLOAT64: 0 or SLW_INTEGRAL */
  uint16_t tag;   /* key of an object: slw_key_hash; SLW_TENSOR: the rank, 0 to SLW_MAX_RANK */
  uint32_t count;
  union {
    int64_t i64;
    uint64_t u64;
    double f64;
    uint64_t offset; /* from this node to its payload */
  } as;
} slw_value;

/* A run of bytes owned by somebody else. */
typedef struct slw_string {
  const char* data;
  size_t size;
} slw_string;

static inline const void* slw_payload(const slw_value* value) {
  return (const char*)value + value->as.offset;
}

static inline int slw_is_number(const slw_value* value) {
  return value->kind >= SLW_INT64 && value->kind <= SLW_FLOAT64;
}

/* The number as a double: exact up to 2^53, else the nearest. 0 for what is not a number. */
static inline double slw_number(const slw_value* value) {
  switch (value->kind) {
    case SLW_INT64:
      return (double)value->as.i64;
    case SLW_UINT64:
      return (double)value->as.u64;
    case SLW_FLOAT64:
      return value->as.f64;
    default:
      return 0;
  }
}

/* The text of a string or the octets of SLW_BYTES; empty for what is neither. */
static inline slw_string slw_text(const slw_value* value) {
  slw_string text = {"", 0};
  if (value->kind == SLW_STRING || value->kind == SLW_BYTES) {
    text.data = (const char*)slw_payload(value);
    text.size = value->count;
  }
  return text;
}

/* The size of one element of a tensor in bytes; 0 for a type this header does not know. */
static inline size_t slw_type_size(unsigned type) {
  switch (type & 0x7Fu) {
    case SLW_BOOL:
    case SLW_I8:
    case SLW_U8:
      return 1;
    case SLW_I16:
    case SLW_U16:
      return 2;
    case SLW_I32:
    case SLW_U32:
    case SLW_F32:
      return 4;
    case SLW_I64:
    case SLW_U64:
    case SLW_F64:
      return 8;
    default:
      return 0;
  }
}

/* A tensor's numbers, `count` of them. A payload of rank 1 is just its data; any other rank has its shape,
 * eight uint64, before it. Data of 64 bytes or more are 64-byte aligned, shorter ones 16-byte aligned. */
static inline const void* slw_tensor_data(const slw_value* tensor) {
  return (const char*)slw_payload(tensor) + (tensor->tag == 1 ? 0 : 64);
}

static inline uint64_t slw_tensor_extent(const slw_value* tensor, unsigned axis) {
  uint64_t extent;
  if (tensor->tag == 1) return tensor->count;
  memcpy(&extent, (const char*)slw_payload(tensor) + 8u * axis, 8);
  return extent;
}

/* The doubles of a rank-1 SLW_F64 tensor, without a copy; NULL for everything else. */
static inline const double* slw_doubles(const slw_value* value) {
  if (value->kind != SLW_TENSOR || value->tag != 1 || (value->detail & 0x7Fu) != SLW_F64) return NULL;
  return (const double*)slw_payload(value);
}

/* How many elements an array has, or a tensor along its first axis; 0 for what is neither. */
static inline uint32_t slw_length(const slw_value* value) {
  if (value->kind == SLW_ARRAY) return value->count;
  if (value->kind == SLW_TENSOR && value->tag >= 1) return (uint32_t)slw_tensor_extent(value, 0);
  return 0;
}

/* Number `i` of a tensor, counted in row-major order, as the node a reader of JSON would have seen. */
static inline slw_value slw_tensor_number(const slw_value* tensor, uint32_t i) {
  const char* at = (const char*)slw_tensor_data(tensor) + (size_t)i * slw_type_size(tensor->detail);
  slw_value number = {SLW_INT64, 0, 0, 0, {0}};
  uint8_t u8;
  uint16_t u16;
  uint32_t u32;
  int8_t i8;
  int16_t i16;
  int32_t i32;
  float f32;
  switch (tensor->detail & 0x7Fu) {
    case SLW_BOOL:
      memcpy(&u8, at, 1);
      number.kind = u8 ? SLW_TRUE : SLW_FALSE;
      break;
    case SLW_I8:
      memcpy(&i8, at, 1);
      number.as.i64 = i8;
      break;
    case SLW_I16:
      memcpy(&i16, at, 2);
      number.as.i64 = i16;
      break;
    case SLW_I32:
      memcpy(&i32, at, 4);
      number.as.i64 = i32;
      break;
    case SLW_I64:
      memcpy(&number.as.i64, at, 8);
      break;
    case SLW_U8:
      memcpy(&u8, at, 1);
      number.as.i64 = u8;
      break;
    case SLW_U16:
      memcpy(&u16, at, 2);
      number.as.i64 = u16;
      break;
    case SLW_U32:
      memcpy(&u32, at, 4);
      number.as.i64 = u32;
      break;
    case SLW_U64:
      memcpy(&number.as.u64, at, 8);
      if (number.as.u64 > (uint64_t)INT64_MAX) number.kind = SLW_UINT64;
      break;
    case SLW_F32:
      memcpy(&f32, at, 4);
      number.kind = SLW_FLOAT64;
      number.as.f64 = (double)f32;
      break;
    case SLW_F64:
      number.kind = SLW_FLOAT64;
      memcpy(&number.as.f64, at, 8);
      if (tensor->detail & SLW_MIXED) {
        const uint8_t* written_as_integer =
            (const uint8_t*)slw_tensor_data(tensor) + 8 * (size_t)tensor->count;
        if (written_as_integer[i / 8] >> (i % 8) & 1) {
          uint64_t bits;
          memcpy(&bits, at, 8);
          if (bits == (uint64_t)1 << 63) {
            number.detail = SLW_INTEGRAL; /* -0 */
          } else {
            number.kind = SLW_INT64;
            number.as.i64 = (int64_t)number.as.f64;
          }
        }
      }
      break;
    default:
      number.kind = SLW_NULL;
      break;
  }
  return number;
}

/* Element `i` of an array or of a tensor of rank 1, `i < slw_length(array)`. The node returned is the
 * document's own, or `*scratch`, filled with a number of a tensor. A reader need not know which it was. */
static inline const slw_value* slw_element(const slw_value* array, uint32_t i, slw_value* scratch) {
  if (array->kind == SLW_ARRAY) return (const slw_value*)slw_payload(array) + i;
  *scratch = slw_tensor_number(array, i);
  return scratch;
}

/* Member `i` of an object, `i < object->count`: its key (a string) and, one node behind it, its value. */
static inline const slw_value* slw_member(const slw_value* object, uint32_t i) {
  return (const slw_value*)slw_payload(object) + 2 * (size_t)i;
}

/* The short hash that is kept in the `tag` of every key. */
static inline uint16_t slw_key_hash(const char* key, size_t size) {
  uint64_t head = 0, tail = 0, mixed;
  if (size >= 8) {
    memcpy(&head, key, 8);
    memcpy(&tail, key + size - 8, 8);
  } else if (size >= 4) {
    uint32_t low, high;
    memcpy(&low, key, 4);
    memcpy(&high, key + size - 4, 4);
    head = low;
    tail = high;
  } else if (size > 0) {
    head = (uint64_t)(unsigned char)key[0] | (uint64_t)(unsigned char)key[size / 2] << 8 |
           (uint64_t)(unsigned char)key[size - 1] << 16;
  }
  mixed = (head + 0x9E3779B97F4A7C15u * (uint64_t)size) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 29) ^ tail) * 0x94D049BB133111EBu;
  return (uint16_t)(mixed >> 48);
}

/* Orders keys as the index does: by hash, then length, then bytes. */
static inline int slw_key_compare(const slw_value* key, uint16_t hash, const char* text, size_t size) {
  if (key->tag != hash) return key->tag < hash ? -1 : 1;
  if (key->count != size) return key->count < size ? -1 : 1;
  return size == 0 ? 0 : memcmp(slw_payload(key), text, size);
}

/* The value of the member called `key`, or NULL (also for what is not an object). Linear up to
 * SLW_INDEXED_ABOVE members, logarithmic above. */
static inline const slw_value* slw_find(const slw_value* object, const char* key, size_t size) {
  const uint16_t hash = slw_key_hash(key, size);
  const slw_value* pairs;
  const uint32_t* index;
  uint32_t low = 0, high;
  if (object->kind != SLW_OBJECT) return NULL;
  pairs = (const slw_value*)slw_payload(object);
  high = object->count;
  if (high <= SLW_INDEXED_ABOVE) {
    for (; low < high; ++low)
      if (slw_key_compare(&pairs[2 * low], hash, key, size) == 0) return &pairs[2 * low + 1];
    return NULL;
  }
  index = (const uint32_t*)(const void*)(pairs + 2 * (size_t)high);
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    const slw_value* candidate = &pairs[2 * (size_t)index[middle]];
    const int order = slw_key_compare(candidate, hash, key, size);
    if (order == 0) return candidate + 1;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

#ifdef __cplusplus
}
#endif
#endif /* SLIPWAY_VALUE_H */
