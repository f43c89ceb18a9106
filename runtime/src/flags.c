/* flags.c - the table of a trainer's flags: parsing, checking and --help come from it. See flags.h.
 */
#include "flags.h"

#include "instance.h"
#include "json.h"
#include "table.h"
#include "vocabulary.h"

#include <errno.h>
#include <float.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum flag_kind { SWITCH, TEXT, COUNT, NUMBER, TENSOR, FOLD } flag_kind;

typedef struct flag {
  const char *name, *value, *help; /* value: what --help calls it */
  flag_kind kind;
  size_t offset;
  int64_t low, high; /* of a COUNT */
} flag;

#define AT(member) offsetof(flags, member)

static const flag table[] = {
    {"data", "PATH", "folder or file of the data set; without it built-in synthetic data", TEXT,
     AT(data), 0, 0},
    {"epochs", "N", "passes over the training data, counted from the start", COUNT, AT(epochs), 0,
     INT32_MAX},
    {"steps", "N", "stop after step N, counted from the start", COUNT, AT(steps), 0, INT64_MAX},
    {"eval", NULL, "only evaluate the test split", SWITCH, AT(eval), 0, 0},
    {"eval-every", "N", "evaluate after every N epochs, 0 never (default 1)", COUNT, AT(eval_every),
     0, INT32_MAX},
    {"fold", "K/N", "hold out part K of N of the training examples, and evaluate on those (k-fold)",
     FOLD, AT(fold), 0, 0},
    {"patience", "N",
     "stop after N evaluations in which the test loss, or what --keep-best names, was not better",
     COUNT, AT(patience), 1, INT32_MAX},
    {"keep-best", "METRIC[:min|:max]",
     "--save has the weights of the best test METRIC, not the last ones", TEXT, AT(keep_best), 0,
     0},
    {"lr-find", NULL, "try learning rates from 1e-7 to 10 over --steps (default 100)", SWITCH,
     AT(lr_find), 0, 0},
    {"seed", "S", "seed of weights, shuffle and dropout (default 0)", COUNT, AT(seed), 0,
     INT64_MAX},
    {"threads", "T", "threads (default: the cores this process may use)", COUNT, AT(threads), 1,
     4096},
    {"no-shuffle", NULL, "take the examples in the order of the files", SWITCH, AT(no_shuffle), 0,
     0},
    {"init", "F", "start from the weights in F (safetensors)", TEXT, AT(init), 0, 0},
    {"init-partial", NULL, "take from --init the weights that both have", SWITCH, AT(init_partial),
     0, 0},
    {"save", "F", "write the weights to F at the end", TEXT, AT(save), 0, 0},
    {"checkpoint", "F", "write the full state to F, after each epoch and at the end", TEXT,
     AT(checkpoint), 0, 0},
    {"checkpoint-every", "N",
     "write it after every N steps instead of each epoch, 0 only at the end", COUNT,
     AT(checkpoint_every), 0, INT64_MAX},
    {"resume", NULL, "go on from the checkpoint", SWITCH, AT(resume), 0, 0},
    {"predict", "F.csv", "write predictions of the rows of test.csv at the end", TEXT, AT(predict),
     0, 0},
    {"log", "F", "write metrics to F as JSON lines", TEXT, AT(log), 0, 0},
    {"log-every", "N", "log every N steps, 0 only epochs (default 1)", COUNT, AT(log_every), 0,
     INT64_MAX},
    {"check-numerics", NULL, "run kernel by kernel and stop at the first NaN or infinity", SWITCH,
     AT(check_numerics), 0, 0},
    {"generate", "TEXT", "go on with TEXT, token by token", TEXT, AT(generate.text), 0, 0},
    {"temperature", "X", "0 takes the likeliest token, 1 draws by probability (default 1)", NUMBER,
     AT(generate.temperature), 0, 0},
    {"top-k", "K", "draws among the K likeliest tokens (default: all)", COUNT, AT(generate.top_k),
     1, INT32_MAX},
    {"length", "N", "tokens that --generate adds (default 100)", COUNT, AT(generate.length), 0,
     INT64_MAX},
    {"translate", "TEXT", "say TEXT, a sentence, in the other language", TEXT, AT(translate.text),
     0, 0},
    {"beam", "W", "translations that --translate tries at a time (default 1: the likeliest word)",
     COUNT, AT(translate.beam), 1, 1000},
    {"run", "ENTRY", "run one entry on the current weights", TEXT, AT(run), 0, 0},
    {"input", "NAME=F.npy", "an input of --run", TENSOR, AT(inputs), 0, 0},
    {"output", "NAME=F.npy", "where an output of --run goes", TENSOR, AT(outputs), 0, 0},
    {"quiet", NULL, "say nothing on the terminal", SWITCH, AT(quiet), 0, 0},
    {"info", NULL, "print a description of the model as JSON", SWITCH, AT(info), 0, 0},
    {"version", NULL, "print versions", SWITCH, AT(version), 0, 0},
    {"licenses", NULL, "print the licenses of what is linked in", SWITCH, AT(licenses), 0, 0},
    {"help", NULL, "print this text", SWITCH, AT(help), 0, 0},
};
enum { FLAGS = sizeof table / sizeof *table };

static int parse_count(const flag *f, const char *text, int64_t *value, diag *d) {
  char *end;
  errno = 0;
  long long v = strtoll(text, &end, 10);
  bool digits =
      (*text >= '0' && *text <= '9') || (*text == '-' && text[1] >= '0' && text[1] <= '9');
  if (!digits || *end || errno || v < f->low || v > f->high) {
    if (f->high >= INT32_MAX && !(digits && !*end && v > f->low))
      return diag_error(d, 2003, "--%s expects a whole number of at least %lld, got '%s'", f->name,
                        (long long)f->low, text);
    return diag_error(d, 2003, "--%s expects a whole number from %lld to %lld, got '%s'", f->name,
                      (long long)f->low, (long long)f->high, text);
  }
  *value = v;
  return 0;
}

static int parse_number(const flag *f, const char *text, double *value, diag *d) {
  char *end;
  *value = strtod(text, &end);
  if (end != text && !*end && strchr("+.0123456789", *text) && *value <= DBL_MAX)
    return 0;
  return diag_error(d, 2003, "--%s expects a number of 0 or more, got '%s'", f->name, text);
}

static int parse_fold(const flag *f, const char *text, fold *value, diag *d) {
  char *slash = NULL, *end = NULL;
  errno = 0;
  bool digits = *text >= '0' && *text <= '9';
  value->part = digits ? strtoll(text, &slash, 10) : 0;
  if (digits && *slash == '/' && slash[1] >= '0' && slash[1] <= '9')
    value->of = strtoll(slash + 1, &end, 10);
  if (end && !*end && !errno && value->of >= 2 && value->part >= 1 && value->part <= value->of)
    return 0;
  return diag_error(
      d, 2003, "--%s expects K/N, part K of N, with N of 2 or more and K from 1 to N, got '%s'",
      f->name, text);
}

static int parse_tensor(const flag *f, flags *out, const char *text, diag *d) {
  bool input = f->offset == AT(inputs);
  uint32_t *count = input ? &out->input_count : &out->output_count;
  named_file *list = input ? out->inputs : out->outputs; /* with room for all arguments */
  const char *equals = strchr(text, '=');
  if (!equals || equals == text || !equals[1])
    return diag_error(d, 2003, "--%s expects NAME=F.npy, got '%s'", f->name, text);
  list[(*count)++] = (named_file){text, (size_t)(equals - text), equals + 1};
  return 0;
}

static int parse_value(const flag *f, flags *out, const char *text, diag *d) {
  void *at = (char *)out + f->offset;
  switch (f->kind) {
  case SWITCH:
    *(bool *)at = true;
    return 0;
  case TEXT:
    if (!*text)
      return diag_error(d, 2003, "--%s expects %s, got nothing", f->name, f->value);
    *(const char **)at = text;
    return 0;
  case COUNT:
    return parse_count(f, text, at, d);
  case NUMBER:
    return parse_number(f, text, at, d);
  case TENSOR:
    return parse_tensor(f, out, text, d);
  case FOLD:
    return parse_fold(f, text, at, d);
  }
  return 0;
}

static bool has_flag(const sinter_module *module, const flag *f) {
  bool of_texts =
      f->offset >= AT(generate) && f->offset < AT(generate) + sizeof(((flags *)0)->generate);
  bool of_pairs =
      f->offset >= AT(translate) && f->offset < AT(translate) + sizeof(((flags *)0)->translate);
  const sinter_data *data = &module->data;
  return of_texts                   ? text_field(data) != NULL
         : of_pairs                 ? sentence_field(data, 0) && sentence_field(data, 1)
         : f->offset == AT(fold)    ? data->field_count > 0 && !text_field(data)
         : f->offset == AT(predict) ? table_field(data) != NULL
                                    : true;
}

static bool is_hyper_parameter(const sinter_scalar *s) { return s->slot > 1; }

static int parse_scalar(const sinter_scalar *s, const char *text, double *value, diag *d) {
  char *end;
  *value = strtod(text, &end);
  if (end != text && !*end && strchr("+-.0123456789", *text) && scalar_accepts(s, *value))
    return 0;
  return diag_error(d, 2003, "--%s expects %s, got '%s'", s->name, scalar_wants(s), text);
}

static int parse_one(flags *out, const sinter_module *module, int *i, int argc, char **argv,
                     diag *d) {
  const char *text = argv[*i];
  if (strncmp(text, "--", 2) != 0 || !text[2])
    return diag_error(d, 2001, "unexpected '%s'; flags start with --, see --help", text);
  const char *name = text + 2, *equals = strchr(name, '=');
  size_t length = equals ? (size_t)(equals - name) : strlen(name);
  const flag *f = NULL;
  for (int k = 0; k < FLAGS && !f; ++k)
    if (has_flag(module, &table[k]) && strlen(table[k].name) == length &&
        memcmp(table[k].name, name, length) == 0)
      f = &table[k];
  uint32_t s = 0;
  if (!f)
    while (s < module->scalar_count &&
           !(is_hyper_parameter(&module->scalars[s]) && strlen(module->scalars[s].name) == length &&
             memcmp(module->scalars[s].name, name, length) == 0))
      ++s;
  if (!f && s == module->scalar_count)
    return diag_error(d, 2001, "unknown flag '--%.*s'; see --help", (int)length, name);
  if (f && f->kind == SWITCH) {
    if (equals)
      return diag_error(d, 2003, "--%s expects no value, got '%s'", f->name, equals + 1);
    return parse_value(f, out, NULL, d);
  }
  const char *value = equals ? equals + 1 : *i + 1 < argc ? argv[++*i] : NULL;
  if (!value)
    return diag_error(d, 2002, "--%.*s expects %s", (int)length, name, f ? f->value : "a number");
  if (f)
    return parse_value(f, out, value, d);
  out->scalar_given[s] = true;
  return parse_scalar(&module->scalars[s], value, &out->scalars[s], d);
}

/* --lr-find, --keep-best, --patience. */
static int check_watch(const flags *f, diag *d) {
  const char *instead = flags_instead(f);
  const struct {
    bool given;
    const char *name;
  } kept[] = {{instead != NULL, instead},
              {f->resume, "resume"},
              {f->checkpoint != NULL, "checkpoint"},
              {f->save != NULL, "save"},
              {f->predict != NULL, "predict"},
              {f->keep_best != NULL, "keep-best"},
              {f->patience >= 0, "patience"},
              {f->epochs >= 0, "epochs"}};
  for (size_t i = 0; f->lr_find && i < sizeof kept / sizeof *kept; ++i)
    if (kept[i].given)
      return diag_error(d, 2004,
                        "--lr-find and --%s contradict each other: it tries rates for a "
                        "few steps, and keeps nothing",
                        kept[i].name);
  if (f->lr_find && f->steps >= 0 && f->steps < LR_FIND_LEAST)
    return diag_error(d, 2004,
                      "--lr-find expects --steps of %d or more, so that its rates are less than a "
                      "power of ten apart, got %lld",
                      LR_FIND_LEAST, (long long)f->steps);
  if (f->keep_best && !f->save)
    return diag_error(d, 2004, "--keep-best expects --save F");
  for (int i = 0; i < 2; ++i) {
    const char *name = i ? "patience" : "keep-best";
    if (i ? f->patience < 0 : !f->keep_best)
      continue;
    if (instead)
      return diag_error(d, 2004,
                        "--%s and --%s contradict each other: one trains, the other does not", name,
                        instead);
    if (f->eval_every == 0)
      return diag_error(d, 2004, "--%s expects evaluations, got --eval-every 0", name);
  }
  return 0;
}

static int check_together(const flags *f, diag *d) {
  if (f->resume && !f->checkpoint)
    return diag_error(d, 2004, "--resume expects --checkpoint F");
  if (f->checkpoint_every >= 0 && !f->checkpoint)
    return diag_error(d, 2004, "--checkpoint-every expects --checkpoint F");
  if (f->log_every >= 0 && !f->log)
    return diag_error(d, 2004, "--log-every expects --log F");
  if (f->resume && f->init)
    return diag_error(
        d, 2004, "--resume and --init contradict each other: both say where weights come from");
  if (f->init_partial && !f->init)
    return diag_error(d, 2004, "--init-partial expects --init F");
  const struct {
    bool given;
    const char *name;
  } loop[] = {{f->epochs >= 0, "epochs"},
              {f->steps >= 0, "steps"},
              {f->eval_every >= 0, "eval-every"},
              {f->checkpoint_every >= 0, "checkpoint-every"},
              {f->run != NULL, "run"},
              {f->generate.text != NULL, "generate"},
              {f->translate.text != NULL, "translate"}};
  enum { LOOP = sizeof loop / sizeof *loop, TRAINING = LOOP - 3 }; /* flags that say how long */
  const char *instead = flags_instead(f);
  for (size_t i = 0; f->eval && i < LOOP; ++i)
    if (loop[i].given)
      return diag_error(d, 2004, "--eval and --%s contradict each other", loop[i].name);
  for (size_t i = 0; instead && i < TRAINING; ++i)
    if (loop[i].given)
      return diag_error(d, 2004,
                        "--%s and --%s contradict each other: one trains, the other does not",
                        instead, loop[i].name);
  bool says = f->generate.text || f->translate.text; /* no model has both */
  if (f->run && says)
    return diag_error(d, 2004, "--run and --%s contradict each other",
                      f->generate.text ? "generate" : "translate");
  if (instead && f->checkpoint && !f->resume)
    return diag_error(d, 2004, "--%s reads a checkpoint only with --resume, and writes none",
                      instead);
  if (!f->generate.text &&
      (f->generate.length >= 0 || f->generate.top_k >= 0 || f->generate.temperature >= 0))
    return diag_error(d, 2004, "--%s expects --generate TEXT",
                      f->generate.length >= 0  ? "length"
                      : f->generate.top_k >= 0 ? "top-k"
                                               : "temperature");
  if (f->translate.beam >= 0 && !f->translate.text)
    return diag_error(d, 2004, "--beam expects --translate TEXT");
  if ((f->run || says) && f->log)
    return diag_error(d, 2004, "--%s and --log contradict each other: one entry has no events",
                      instead);
  if ((f->run || says) && (f->fold.of || f->predict))
    return diag_error(d, 2004, "--%s and --%s contradict each other: one entry has no examples",
                      instead, f->fold.of ? "fold" : "predict");
  if (!f->run && (f->input_count || f->output_count))
    return diag_error(d, 2004, "--%s expects --run ENTRY", f->input_count ? "input" : "output");
  return 0;
}

typedef struct named_path {
  const char *name, *path;
} named_path;

enum { FIRST = 4 };

/* --save, --checkpoint, --log, --predict and every --output. */
static named_path output_of(const flags *f, uint32_t i) {
  const named_path first[] = {
      {"save", f->save}, {"checkpoint", f->checkpoint}, {"log", f->log}, {"predict", f->predict}};
  _Static_assert(sizeof first / sizeof *first == FIRST, "all of them");
  return i < FIRST ? first[i] : (named_path){"output", f->outputs[i - FIRST].path};
}

/* Two outputs in one file would leave the last. */
static int check_outputs(const flags *f, diag *d) {
  for (uint32_t i = 0; i < FIRST + f->output_count; ++i)
    for (uint32_t k = 0; k < FIRST + f->output_count; ++k) {
      named_path a = output_of(f, i), b = output_of(f, k);
      if (!a.path || !b.path || i == k)
        continue;
      if (k < i && file_same(a.path, b.path))
        return diag_error(d, 2004, "--%s and --%s expect files of their own, got '%s' for both",
                          b.name, a.name, a.path);
      if (b.path != f->log && file_is_temporary(a.path, b.path)) /* a log grows where it is */
        return diag_error(d, 2004,
                          "--%s expects another file than '%s', to which --%s writes before it "
                          "replaces '%s'",
                          a.name, a.path, b.name, b.path);
    }
  return 0;
}

/* --data, --init and every --input. */
static named_path input_of(const flags *f, uint32_t i) {
  return i == 0   ? (named_path){"data", f->data}
         : i == 1 ? (named_path){"init", f->init}
                  : (named_path){"input", f->inputs[i - 2].path};
}

/* What is read would be gone; only weights may take the place of those that a run began with. */
static int check_inputs(const flags *f, diag *d) {
  for (uint32_t i = 0; i < FIRST + f->output_count; ++i)
    for (uint32_t k = 0; k < 2 + f->input_count; ++k) {
      named_path out = output_of(f, i), in = input_of(f, k);
      bool follows = in.path == f->init && (out.path == f->save || out.path == f->checkpoint);
      if (out.path && in.path && !follows && file_same(out.path, in.path))
        return diag_error(d, 2004, "--%s expects another file than '%s', which --%s reads",
                          out.name, in.path, in.name);
    }
  return 0;
}

void flags_guard(const flags *f, bool on) {
  uint32_t count = 0;
  for (uint32_t i = 0; on && i < FIRST + f->output_count; ++i) {
    named_path out = output_of(f, i);
    if (out.path) /* a log grows where it is */
      count += file_claims(out.path, out.name, out.path == f->log, f->claims + count);
  }
  file_guard(f->claims, count, "data");
}

/* Room for whatever the command line may hold. */
static int take_room(flags *f, const sinter_module *module, int argc, diag *d) {
  size_t arguments = argc > 0 ? (size_t)argc : 1;
  f->inputs = calloc(arguments, sizeof *f->inputs);
  f->outputs = calloc(arguments, sizeof *f->outputs);
  f->claims = calloc(2 * (FIRST + arguments), sizeof *f->claims);
  f->scalars = calloc(module->scalar_count + 1, sizeof *f->scalars);
  f->scalar_given = calloc(module->scalar_count + 1, sizeof *f->scalar_given);
  if (!f->inputs || !f->outputs || !f->claims || !f->scalars || !f->scalar_given)
    return diag_error(d, 2402, "out of memory: the flags");
  for (uint32_t i = 0; i < module->scalar_count; ++i)
    f->scalars[i] = module->scalars[i].initial;
  return 0;
}

void flags_free(flags *f) {
  free(f->inputs);
  free(f->outputs);
  free(f->claims);
  free(f->scalars);
  free(f->scalar_given);
  f->inputs = f->outputs = NULL;
  f->claims = NULL;
  f->scalars = NULL;
  f->scalar_given = NULL;
}

int flags_parse(flags *f, const sinter_module *module, int argc, char **argv, diag *d) {
  *f = (flags){.epochs = -1,
               .steps = -1,
               .eval_every = -1,
               .checkpoint_every = -1,
               .log_every = -1,
               .patience = -1,
               .seed = -1,
               .threads = -1,
               .generate = {.length = -1, .top_k = -1, .temperature = -1},
               .translate = {.beam = -1}};
  if (take_room(f, module, argc, d))
    return d->code;
  for (int i = 1; i < argc; ++i)
    parse_one(f, module, &i, argc, argv, d); /* all mistakes at once */
  if (d->code)
    return d->code;
  return f->help || f->version || f->licenses || f->info ? 0
         : check_together(f, d) || check_watch(f, d) || check_outputs(f, d)
             ? d->code
             : check_inputs(f, d);
}

/* "--save F", then its help in a column of its own. */
static void print_flag(const char *name, const char *value, const char *help) {
  enum { COLUMN = 20 };
  int width = (int)strlen(name) + (value ? (int)strlen(value) + 1 : 0);
  printf("  --%s%s%s%*s %s", name, value ? " " : "", value ? value : "",
         width < COLUMN ? COLUMN - width : 0, "", help);
}

void flags_help(const sinter_module *module, const char *program) {
  char number[32];
  printf("usage: %s [flags]\n\nTrains the model '%s', compiled for %s.\n\nflags:\n", program,
         module->name, module->target);
  for (int i = 0; i < FLAGS; ++i) {
    if (!has_flag(module, &table[i]))
      continue;
    print_flag(table[i].name, table[i].value, table[i].help);
    if (table[i].offset == AT(epochs))
      printf(" (default %u)", module->default_epochs);
    printf("\n");
  }
  bool any = false;
  for (uint32_t i = 0; i < module->scalar_count; ++i) {
    const sinter_scalar *s = &module->scalars[i];
    if (!is_hyper_parameter(s))
      continue;
    if (!any)
      printf("\nhyper-parameters:\n");
    any = true;
    print_flag(s->name, "X", s->help ? s->help : "");
    printf("%s(default %s)\n", s->help ? " " : "",
           s->dtype == SINTER_F32 ? json_f32((float)s->initial, number)
                                  : json_f64(s->initial, number));
  }
}
