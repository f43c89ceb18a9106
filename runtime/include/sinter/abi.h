/* <sinter/abi.h> - what a compiled object tells the runtime (C11).
 *
 * A compiled model exports one symbol, `sinter_module_<name>`: a constant table of this header's
 * types, emitted as LLVM IR by codegen/host and read by the runtime, the trainer and the libraries
 * (D26, D33). Invariant: only the compiler writes these tables; every pointer in them is to
 * constant data. Reading on: runtime/include/sinter/runtime.h (functions), codegen/host (the writer
 * of the tables). */
#ifndef SINTER_ABI_H
#define SINTER_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rises with every incompatible change of this header; the runtime refuses other numbers. */
#define SINTER_ABI_VERSION 8u

/* Alignment of every segment and of every buffer inside a segment, in bytes. */
#define SINTER_ALIGNMENT 64u

typedef enum sinter_dtype {
  SINTER_F32 = 1,
  SINTER_F64 = 2,
  SINTER_I32 = 3,
  SINTER_I64 = 4,
  SINTER_U8 = 5,
  SINTER_BOOL = 6, /* one byte, 0 or 1 */
  SINTER_BF16 = 7,
  SINTER_F16 = 8
} sinter_dtype;

/* Memory of a running module is a few segments; buffers are (segment, constant offset). */
typedef enum sinter_segment {
  /* parameters in master layout and forms made of them; may be shared or read-only */
  SINTER_SEG_PARAMS = 0,
  /* optimizer state, variables, metric accumulators, in the layout kernels want */
  SINTER_SEG_STATE = 1,
  /* inputs, outputs and temporaries of the entry that runs; contents die with the entry */
  SINTER_SEG_WORK = 2,
  SINTER_SEG_SCALARS = 3, /* one 8-byte slot a run-time scalar: hyper-parameters, step, seed */
  /* logical row-major image of all symbols; used by load_params/save_params only */
  SINTER_SEG_LOGICAL = 4,
  SINTER_SEGMENTS = 5,
  /* constants of the code, where the device has them in memory of its own */
  SINTER_SEG_CONSTANTS = SINTER_SEGMENTS
} sinter_segment;

/* What a value is to the trainer. */
typedef enum sinter_role {
  SINTER_ROLE_NONE = 0,
  SINTER_ROLE_LOSS = 1 /* what training minimises: one number */
} sinter_role;

/* A shaped value at a fixed place. */
typedef struct sinter_tensor {
  const char *name;
  uint32_t dtype; /* sinter_dtype */
  uint32_t rank;
  const int64_t *dims; /* `rank` sizes; row-major */
  uint32_t segment;    /* sinter_segment */
  uint32_t role;       /* sinter_role; of outputs */
  uint64_t offset;     /* bytes from the segment's base */
  uint64_t bytes;
} sinter_tensor;

typedef enum sinter_init_kind {
  SINTER_INIT_CONSTANT = 0, /* a = value */
  SINTER_INIT_NORMAL = 1,   /* a = mean, b = standard deviation */
  /* [a, b); Xavier and Kaiming arrive here with their bounds worked out */
  SINTER_INIT_UNIFORM = 2,
  SINTER_INIT_TRUNCATED = 3, /* normal, drawn again until it is within [low, high] */
  SINTER_INIT_ORTHOGONAL =
      4,                   /* a = gain; rows or columns of the weight as a matrix [first, rest] */
  SINTER_INIT_BILINEAR = 5 /* linear interpolation from channel to channel of its own number */
} sinter_init_kind;

typedef enum sinter_symbol_kind {
  SINTER_PARAMETER = 0, /* a weight: in --save and in libraries */
  /* a weight file's non-trainable entry (running statistics): in --save and in libraries */
  SINTER_BUFFER = 1,
  SINTER_OPTIMIZER = 2, /* optimizer state: only in checkpoints, under "optimizer/" */
  /* metric accumulators and what else belongs to an epoch: only in checkpoints, under "trainer/";
     zeroed when an epoch starts */
  SINTER_METRIC = 3,
  /* a buffer that weight files may lack, and that then is 0 */
  SINTER_COUNTER = 4
} sinter_symbol_kind;

/* One module-level symbol. `logical` says where its row-major image lies in SINTER_SEG_LOGICAL,
 * `master` where its master form lies (SINTER_SEG_PARAMS or SINTER_SEG_STATE). The master form of a
 * tensor is in whatever layout the kernels want; that of a scalar lies there as it is, so metrics
 * are read and zeroed in place. */
typedef struct sinter_symbol {
  const char *name; /* as in weight files: "fc1.weight" */
  uint32_t kind;    /* sinter_symbol_kind */
  uint32_t init;    /* sinter_init_kind */
  double init_a, init_b, init_low, init_high;
  uint64_t init_stream; /* Philox stream of the initialiser: a hash of the name path (D2) */
  sinter_tensor logical, master;
} sinter_symbol;

/* A run-time scalar in SINTER_SEG_SCALARS. Slot 0 is always "step" (i64: index of the step that
 * runs, from 0), slot 1 always "seed" (i64). Others are hyper-parameters and become flags: --lr. */
typedef struct sinter_scalar {
  const char *name; /* flag without dashes: "lr", "head.lr" */
  uint32_t dtype;   /* SINTER_F32, SINTER_F64 or SINTER_I64 */
  uint32_t slot;    /* byte offset / 8 */
  double initial;
  const char *help; /* one line for --help; may be NULL */
} sinter_scalar;

typedef enum sinter_finish {
  SINTER_FINISH_RATIO = 0 /* sum/weight */,
  SINTER_FINISH_EXP_RATIO = 1,
  SINTER_FINISH_SQRT_RATIO = 2
} sinter_finish;

/* A metric: two f64-or-f32 scalar symbols and how to read them (D12). Or one symbol of counts,
 * i64[classes,classes], that is both: the sum is that of its diagonal, the weight that of all. Its
 * master lies row by row. */
typedef struct sinter_metric {
  const char *name;     /* "loss", "accuracy" */
  uint32_t sum, weight; /* indices into sinter_module.symbols */
  uint32_t finish;      /* sinter_finish */
  uint32_t role;        /* sinter_role: whether it is the mean of the loss */
} sinter_metric;

/* What a function of a device writes into its last argument, 32 bytes of the device's memory that
 * were zero, when it meets a value of the data that is no index of an axis. What is read there is
 * 0, and nothing is written. */
typedef struct sinter_report {
  int32_t taken;    /* 0 until there is one */
  int32_t line;     /* which of the lines of the launch */
  int64_t value;    /* what it is */
  int64_t position; /* where it stands in its tensor, row-major */
  int64_t size;     /* of the axis */
} sinter_report;

/* A function of a device's own code, and what it runs on. */
typedef struct sinter_launch {
  const char *function;
  uint32_t blocks, threads; /* threads: of a block */
  uint32_t memory_count;
  uint32_t line_count;   /* above 0: a sinter_report is the last argument */
  void *const *memory;   /* the arguments: places in segments */
  const uint64_t *bytes; /* how much of each it may touch */
  /* "mlp.cpp:9:12" of its accesses by values of the data; constant, as all texts here */
  const char *const *lines;
} sinter_launch;

/* What one thread knows while it runs an entry. */
typedef struct sinter_spmd {
  void *const *segments; /* SINTER_SEGMENTS base pointers */
  uint32_t thread, threads;
  /* Threads wait for each other here; all threads of the entry call it the same number of times. */
  void (*barrier)(const struct sinter_spmd *self);
  /* A barrier with work for one thread inside: at once 1 to the thread that comes last, which then
     has the others' writes before it and must call `leave_serial`; 0 to the others, after that
     call. */
  uint32_t (*enter_serial)(const struct sinter_spmd *self);
  void (*leave_serial)(const struct sinter_spmd *self);
  void *pool; /* the runtime's own */
  /* Told of a value of the data that is no index of an axis: the line of the op ("mlp.cpp:9:12"),
     the value, where it stands in its tensor (row-major), the size of the axis. What is read there
     is 0, and nothing is written. */
  void (*out_of_range)(const struct sinter_spmd *self, const char *line, int64_t value,
                       int64_t position, int64_t size);
  void *report; /* the runtime's own */
  /* Of a device with code of its own, whose entries one thread of the host runs: starts a function
     behind those started before; waits for them and returns the byte at `at`. Segments are then
     memory of the device, and there is one more, SINTER_SEG_CONSTANTS. */
  void (*launch)(const struct sinter_spmd *self, const sinter_launch *launch);
  uint32_t (*read_byte)(const struct sinter_spmd *self, const void *at);
} sinter_spmd;

/* Runs an entry: every one of `threads` threads calls it once with its own `sinter_spmd`. */
typedef void (*sinter_entry_fn)(const sinter_spmd *spmd);
/* Runs one kernel of an entry, for profiles: like sinter_entry_fn, without barriers inside. */
typedef void (*sinter_kernel_fn)(const sinter_spmd *spmd);

/* A piece of memory that a kernel touches. */
typedef struct sinter_range {
  uint32_t segment;
  uint32_t writes; /* 0 reads, 1 writes */
  /* sinter_dtype of its elements; 0 when mixed (then --check-numerics does not look inside) */
  uint32_t dtype;
  /* Of written values: where in the kernel's `location` the text begins that names the ops which
   * may have given them, likeliest first: "log at mlp.cpp:9:12, + at mlp.cpp:9:20"; 0: none. */
  uint32_t origin;
  uint64_t offset, bytes;
} sinter_range;

typedef struct sinter_kernel {
  const char *name; /* train_step_07_matmul_f32_x86-64-v4 */
  /* "mlp.cpp:9:12" of the primary op; behind its end the texts that ranges point at */
  const char *location;
  sinter_kernel_fn run; /* NULL when only the entry as a whole can run */
  uint64_t flops, bytes_read, bytes_written;
  uint32_t range_count;
  uint32_t reserved;
  /* What it reads and writes, the latter in program order; becomes graph edges on a GPU (D21, D33).
   */
  const sinter_range *ranges;
} sinter_kernel;

typedef enum sinter_entry_kind {
  SINTER_ENTRY_TRAIN = 0,
  SINTER_ENTRY_EVAL = 1,
  SINTER_ENTRY_PREDICT = 2,
  SINTER_ENTRY_PREPARE = 3,    /* forms that training does not keep fresh <- master */
  SINTER_ENTRY_LOAD = 4,       /* logical image -> master layout, state and the other forms */
  SINTER_ENTRY_SAVE = 5,       /* master layout, state -> logical image */
  SINTER_ENTRY_LOAD_PARAMS = 6 /* like LOAD, touching SINTER_SEG_PARAMS only (libraries, --init) */
} sinter_entry_kind;

/* One static batch size of one entry. Variants of an entry stand next to each other, largest batch
 * first. */
typedef struct sinter_entry {
  const char *name; /* "train_step", "eval_step", "predict" */
  uint32_t kind;    /* sinter_entry_kind */
  uint32_t input_count, output_count, kernel_count;
  int64_t batch; /* examples a run; 0 when the entry has none */
  /* one output of a train or eval entry has the role of the loss */
  const sinter_tensor *inputs, *outputs;
  const sinter_kernel *kernels;
  sinter_entry_fn run;
  uint64_t work_bytes;
} sinter_entry;

typedef enum sinter_decode {
  SINTER_DECODE_UNIT = 1,  /* a byte: byte/255, rounded to f32 */
  SINTER_DECODE_CLASS = 2, /* a whole number of 0 .. limit-1 */
  /* Tokens of a text, as numbers 0 .. limit-1 of its vocabulary; see runtime/src/vocabulary.h. */
  SINTER_DECODE_CHARACTER = 3,
  SINTER_DECODE_WORD = 4,
  SINTER_DECODE_BYTE = 5,
  SINTER_DECODE_NUMBER = 6,  /* a number, rounded to f32 */
  SINTER_DECODE_COLUMNS = 7, /* of a table, as features: see runtime/src/table.h */
  SINTER_DECODE_TARGET = 8,  /* the number in a column of a table, rounded to f32 */
  /* Words of a sentence, as numbers 0 .. limit-1 of its vocabulary, and how many they are. */
  SINTER_DECODE_SENTENCE = 9,
  SINTER_DECODE_LENGTH = 10,
  /* A PNG or JPEG file, byte/255: of the field's size; its middle, cut out so that the whole field
     is filled; stretched to the size. */
  SINTER_DECODE_PICTURE = 11,
  SINTER_DECODE_PICTURE_CROPPED = 12,
  SINTER_DECODE_PICTURE_STRETCHED = 13,
  SINTER_DECODE_TARGET_CLASS =
      14 /* the value in a column of a table, a whole number of 0 .. limit-1 */
} sinter_decode;

/* In which order a data set's examples come. */
typedef enum sinter_order {
  SINTER_ORDER_SHUFFLED = 0,
  SINTER_ORDER_SEQUENTIAL = 1 /* each goes on where that of the batch before ended */
} sinter_order;

/* A named part of every example, and how its stored elements become numbers. */
typedef struct sinter_field {
  const char *name;    /* of the input that it fills */
  uint32_t dtype;      /* sinter_dtype that the model was written with: f32 or i32 */
  uint32_t rank;       /* of one example */
  const int64_t *dims; /* `rank` sizes */
  uint32_t decode;     /* sinter_decode */
  /* of tokens: so many places further on in the text; of sentences: so many in the line */
  uint32_t ahead;
  int64_t limit; /* of indices and tokens */
  /* elements (f32, or i32 below the limit) of the examples that the model brings, those to train
     with first; NULL: none */
  const void *examples;
  /* SINTER_DECODE_TARGET…: its name; SINTER_DECODE_COLUMNS: of the one that names rows and is no
     feature; NULL: none */
  const char *column;
} sinter_field;

/* Where batches come from. The runtime fills the inputs of train and eval entries from the fields
 * of their names. */
typedef struct sinter_data {
  const char *name; /* "fashion-mnist", "mnist", "cifar10": for messages; NULL: no data set */
  const sinter_field *fields;
  uint32_t field_count;                   /* 0: no data set */
  uint32_t order;                         /* sinter_order */
  uint64_t train_examples, test_examples; /* that the model brings */
  uint64_t most_examples;                 /* of a file to train with, the first ones; 0: all */
} sinter_data;

/* How a kind of device is opened: the runtime's own (runtime/src/device.h). */
typedef struct sinter_device_kind sinter_device_kind;

typedef struct sinter_module {
  uint32_t abi_version; /* SINTER_ABI_VERSION */
  uint32_t flags;       /* reserved, 0 */
  const char *name;     /* Model's name */
  const char *target;   /* "cpu:x86-64-v4" as asked for */
  const char *device;   /* "cpu": of every entry */
  /* comma separated CPU features the code needs: "avx512f,avx512vl,fma"; "" when none */
  const char *features;
  const char *compiler; /* "sinter 0.1.0" */
  uint32_t symbol_count, scalar_count, metric_count, entry_count;
  const sinter_symbol *symbols;
  const sinter_scalar *scalars;
  const sinter_metric *metrics;
  const sinter_entry *entries;
  sinter_data data;
  uint64_t segment_bytes[SINTER_SEGMENTS];
  uint32_t default_epochs;
  uint32_t reserved0;
  /* prepared SINTER_SEG_PARAMS image, 64-byte aligned, or NULL (D27) */
  const void *embedded_params;
  const sinter_device_kind *device_kind; /* what opens the device; NULL: the CPU */
  /* Code of the device, and what lies in SINTER_SEG_CONSTANTS; NULL: none. */
  const void *code, *constants;
  uint64_t code_bytes, constant_bytes;
  const void *reserved[3]; /* for later ABI fields: 0 */
} sinter_module;

#ifdef __cplusplus
}
#endif
#endif
