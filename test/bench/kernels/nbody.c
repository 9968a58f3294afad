/* The Sun and its four giant planets, as points that attract each other. Units: astronomical unit,
 * day, and the mass of the Sun times 4 pi squared. */
#include "runtime.h"

#define PI 3.141592653589793
#define SOLAR (4 * PI * PI)
#define YEAR 365.24
#define BODIES 5

struct body {
  double at[3], speed[3], mass;
};

static struct body bodies[BODIES];

static const struct body START[BODIES] = {
    {{0, 0, 0}, {0, 0, 0}, SOLAR},
    {{4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01},
     {1.66007664274403694e-03 * YEAR, 7.69901118419740425e-03 * YEAR, -6.90460016972063023e-05 * YEAR},
     9.54791938424326609e-04 * SOLAR},
    {{8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01},
     {-2.76742510726411021e-03 * YEAR, 4.99852801234917238e-03 * YEAR, 2.30417297573763929e-05 * YEAR},
     2.85885980666130812e-04 * SOLAR},
    {{1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01},
     {2.96460137564761618e-03 * YEAR, 2.37847173959480950e-03 * YEAR, -2.96589568540237556e-05 * YEAR},
     4.36624404335156298e-05 * SOLAR},
    {{1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01},
     {2.68067772490389322e-03 * YEAR, 1.62824170038242295e-03 * YEAR, -9.51592254519715870e-05 * YEAR},
     5.15138902046611451e-05 * SOLAR},
};

/* So that the Sun stays where it is. */
static void stop_drift(void) {
  for (int axis = 0; axis < 3; axis++) {
    double momentum = 0;
    for (int i = 0; i < BODIES; i++) momentum += bodies[i].speed[axis] * bodies[i].mass;
    bodies[0].speed[axis] = -momentum / SOLAR;
  }
}

static void advance(double step) {
  for (int i = 0; i < BODIES; i++) {
    struct body *a = &bodies[i];
    for (int j = i + 1; j < BODIES; j++) {
      struct body *b = &bodies[j];
      double dx = a->at[0] - b->at[0], dy = a->at[1] - b->at[1], dz = a->at[2] - b->at[2];
      double square = dx * dx + dy * dy + dz * dz;
      double pull = step / (square * __builtin_sqrt(square));
      a->speed[0] -= dx * b->mass * pull;
      a->speed[1] -= dy * b->mass * pull;
      a->speed[2] -= dz * b->mass * pull;
      b->speed[0] += dx * a->mass * pull;
      b->speed[1] += dy * a->mass * pull;
      b->speed[2] += dz * a->mass * pull;
    }
  }
  for (int i = 0; i < BODIES; i++)
    for (int axis = 0; axis < 3; axis++) bodies[i].at[axis] += step * bodies[i].speed[axis];
}

static double energy(void) {
  double sum = 0;
  for (int i = 0; i < BODIES; i++) {
    struct body *a = &bodies[i];
    for (int axis = 0; axis < 3; axis++) sum += a->mass * a->speed[axis] * a->speed[axis] / 2;
    for (int j = i + 1; j < BODIES; j++) {
      double square = 0;
      for (int axis = 0; axis < 3; axis++) {
        double d = a->at[axis] - bodies[j].at[axis];
        square += d * d;
      }
      sum -= a->mass * bodies[j].mass / __builtin_sqrt(square);
    }
  }
  return sum;
}

u64 run(u64 rounds) {
  for (int i = 0; i < BODIES; i++) bodies[i] = START[i];
  stop_drift();
  u64 checksum = 0;
  for (u64 round = 0; round < rounds; round++) {
    for (int step = 0; step < 100; step++) advance(0.01);
    checksum = add_to(checksum, bits_of(energy()));
  }
  return checksum;
}
