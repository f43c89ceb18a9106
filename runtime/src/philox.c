/* philox.c - random numbers as a pure function of (seed, stream, step, index) (D2).
 *
 * The reference of what compiled kernels compute. Invariant: only integer operations and + - * /
 * sqrt on doubles without contraction, so every machine gets the same bits. Reading on:
 * <sinter/runtime.h> for the counter layout. */
#include <sinter/runtime.h>

#include <math.h>
#include <string.h>

sinter_words sinter_philox(uint64_t seed, uint64_t stream, uint64_t step, uint64_t index) {
  uint64_t key = seed ^ stream;
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  uint32_t c0 = (uint32_t)index, c1 = (uint32_t)(index >> 32);
  uint32_t c2 = (uint32_t)step, c3 = (uint32_t)(step >> 32);
  for (int round = 0; round < 10; ++round) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)p1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return (sinter_words){{c0, c1, c2, c3}};
}

float sinter_uniform_f32(uint32_t word) { return (float)(word >> 8) * 0x1p-24f; }

static double fraction(uint32_t high, uint32_t low) {
  return (double)(((uint64_t)high << 32 | low) >> 11) * 0x1p-53;
}

double sinter_uniform_f64(sinter_words words) { return fraction(words.w[0], words.w[1]); }

/* Natural logarithm of x in (0, 1], error below 1e-15: atanh series on the mantissa in [sqrt 1/2,
 * sqrt 2). */
static double portable_log(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int exponent = (int)(bits >> 52) - 1022;
  bits = (bits & 0x000fffffffffffffull) | 0x3fe0000000000000ull; /* mantissa in [0.5, 1) */
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m < 0.70710678118654752) {
    m *= 2;
    exponent -= 1;
  }
  double s = (m - 1) / (m + 1), z = s * s, sum = 0;
  for (int k = 23; k >= 1; k -= 2)
    sum = sum * z + 1.0 / k;
  return 2 * s * sum + exponent * 0.69314718055994531;
}

/* cos(2 pi t) for t in [0, 1): Taylor series on the nearest eighth. */
static double portable_cos_turns(double t) {
  double scaled = t * 4;
  int quadrant = (int)(scaled + 0.5);
  double a = (scaled - quadrant) * 1.5707963267948966, z = a * a; /* |a| <= pi/4 */
  double cosine = 1, sine = 1;
  for (int k = 18; k >= 2; k -= 2)
    cosine = 1 - cosine * z / (k * (k - 1));
  for (int k = 19; k >= 3; k -= 2)
    sine = 1 - sine * z / (k * (k - 1));
  sine *= a;
  switch (quadrant & 3) {
  case 0:
    return cosine;
  case 1:
    return -sine;
  case 2:
    return -cosine;
  default:
    return sine;
  }
}

double sinter_normal_f64(sinter_words words) {
  double u = 1 - fraction(words.w[0], words.w[1]); /* (0, 1] */
  double v = fraction(words.w[2], words.w[3]);
  return sqrt(-2 * portable_log(u)) * portable_cos_turns(v);
}

uint64_t sinter_stream(const char *name) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (; *name; ++name)
    hash = (hash ^ (unsigned char)*name) * 0x100000001b3ull;
  return hash;
}

void sinter_shuffle(uint64_t seed, uint64_t epoch, uint32_t *order, uint32_t count) {
  uint64_t stream = sinter_stream("trainer/shuffle");
  for (uint32_t i = 0; i < count; ++i)
    order[i] = i;
  /* Fisher-Yates; j in [0, i) by the high half of a 64x32-bit product */
  for (uint32_t i = count; i > 1; --i) {
    sinter_words words = sinter_philox(seed, stream, epoch, i);
    uint64_t random = (uint64_t)words.w[0] << 32 | words.w[1];
    uint32_t j = (uint32_t)(((unsigned __int128)random * i) >> 64);
    uint32_t kept = order[i - 1];
    order[i - 1] = order[j];
    order[j] = kept;
  }
}
