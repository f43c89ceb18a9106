/* trainer_main.c - from a command line to a trained model: the order in which a trainer starts and
 * ends.
 *
 * Invariant: flags are checked before anything is taken, outputs are opened before time is spent.
 * Exit codes are the contract's: 0, 1 model or data, 2 usage, 3 system, 70 ours, 130/143
 * interrupted. Reading on: trainer.c. */
#define _GNU_SOURCE
#include "file.h"
#include "trainer.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char messages[64 << 10];

static int find_entries(trainer *t, diag *d) {
  const sinter_module *m = t->module;
  t->train = instance_find(m, NULL, SINTER_ENTRY_TRAIN, &t->train_variants);
  t->eval = instance_find(m, NULL, SINTER_ENTRY_EVAL, &t->eval_variants);
  for (uint32_t i = 0; i < m->metric_count; ++i)
    t->loss_is_metric |= m->metrics[i].role == SINTER_ROLE_LOSS;
  bool trains = flags_train(&t->flags);
  if (t->train && trains) {
    if (!instance_loss(t->train) || t->train->batch < 1)
      return diag_error(d, 2902, "'%s' has no loss or no batch", t->train->name);
    return m->data.field_count ? batch_check(t->train, &m->data, d) : 0;
  }
  if (!t->train && trains && t->flags.steps != 0 && t->flags.epochs != 0)
    return diag_error(d, 2108, "model '%s' has no training step; --run ENTRY runs one entry",
                      m->name);
  if (t->flags.eval && !t->eval)
    return diag_error(d, 2108, "model '%s' has no evaluation step", m->name);
  return 0;
}

/* What the weights to start from know of the data; bytes have a vocabulary anyway. */
static int read_known(trainer *t, diag *d) {
  const char *path = t->flags.resume ? t->flags.checkpoint : t->flags.init;
  data_known *known = &t->known;
  known->path = path;
  known->tests_only = t->flags.eval && !t->flags.fold.of;
  for (uint32_t i = 0; i < VOCABULARIES && !d->code; ++i) {
    const sinter_field *field = vocabulary_field(&t->module->data, i);
    char *list = NULL;
    if (field && field->decode == SINTER_DECODE_BYTE)
      known->vocabularies[i] = (vocabulary){.decode = SINTER_DECODE_BYTE, .count = 256};
    else if (field && path && !weights_metadata(path, weights_keys[i], &list, d) && list)
      vocabulary_parse(&known->vocabularies[i], field, list, path, d);
    free(list);
  }
  if (!d->code && table_field(&t->module->data) && path)
    weights_metadata(path, weights_keys[COLUMNS_TEXT], &known->columns, d);
  if (!d->code && classes_named(&t->module->data) && path)
    weights_metadata(path, weights_keys[CLASSES_TEXT], &known->classes, d);
  return d->code;
}

static bool does_nothing(const trainer *t) {
  return !t->flags.eval && (t->flags.steps == 0 || (t->epochs == 0 && t->flags.steps < 0));
}

/* A scalar that schedules count epochs by; --steps-per-epoch says another number. */
static void set_epoch_length(trainer *t) {
  const sinter_scalar *length = instance_scalar(t->module, "steps-per-epoch");
  if (length && !t->flags.scalar_given[length - t->module->scalars])
    t->flags.scalars[length - t->module->scalars] = (double)t->batches;
}

/* Whether no examples are needed. */
static bool needs_no_data(const trainer *t) {
  const flags *f = &t->flags;
  const vocabulary *known = t->known.vocabularies;
  if (f->generate.text || f->translate.text)
    return known[0].count > 0 && (f->generate.text || known[1].count > 0);
  return f->run || (does_nothing(t) && !f->checkpoint && !f->predict);
}

/* --fold. A table of tests without their target can only be predicted. */
static int hold_out(trainer *t, diag *d) {
  const flags *f = &t->flags;
  uint64_t all = t->data.train.count;
  if (f->fold.of) {
    if (dataset_fold(&t->data, (uint64_t)f->fold.part, (uint64_t)f->fold.of, d))
      return d->code;
    report_note(&t->report, "--fold %lld/%lld: %llu of %llu examples are held out, for evaluation",
                (long long)f->fold.part, (long long)f->fold.of,
                (unsigned long long)t->data.held.count, (unsigned long long)all);
  } else if (t->data.table.unknown) {
    const char *flag = f->eval            ? "eval"
                       : f->keep_best     ? "keep-best"
                       : f->patience >= 0 ? "patience"
                                          : NULL;
    const char *target = table_field(&t->module->data)->column;
    if (flag)
      return diag_error(d, 2112,
                        "'%s' line 1: --%s expects the column '%s', which it lacks; --fold K/N "
                        "evaluates on a part of the training examples",
                        t->data.table.test.path, flag, target);
    if (t->eval && flags_train(f) && f->eval_every != 0)
      report_note(&t->report,
                  "'%s' has no '%s': nothing is evaluated; --fold K/N holds out training examples",
                  t->data.table.test.path, target);
    t->eval = NULL;
  }
  return 0;
}

/* What is to know of the data that were opened. */
static void tell_data(trainer *t) {
  const dataset *data = &t->data;
  uint32_t left_out = 0;
  for (int i = 0; i < VOCABULARIES; ++i)
    left_out += data->vocabularies[i].left_out;
  if (!t->flags.data)
    report_note(
        &t->report,
        "no --data: using built-in synthetic %s of the shape of '%s' (%llu train, %llu test)",
        data->reader->built_in, data->spec->name, (unsigned long long)data->train.count,
        (unsigned long long)data->test.count);
  if (data->one_split && t->flags.data)
    report_note(&t->report, "the tests are the training examples: '%s' %s", t->flags.data,
                data->one_split);
  if (data->cut)
    report_note(&t->report, "%llu sentences have more tokens than the model has steps, and are cut",
                (unsigned long long)data->cut);
  if (left_out)
    report_note(
        &t->report,
        "the vocabularies of the model have no room for %u of the words that occur twice or "
        "more: they are <unk>",
        left_out);
}

/* A thread that reads ahead, for examples that take longer than to copy them. */
static int open_feed(trainer *t, diag *d) {
  uint64_t most = t->train ? feed_bytes(t->train) : 0;
  for (uint32_t i = 0; i < t->eval_variants; ++i)
    most = feed_bytes(&t->eval[i]) > most ? feed_bytes(&t->eval[i]) : most;
  return t->data.ahead ? feed_open(&t->feed, t->instance.device->pool, most, d) : 0;
}

static int open_data(trainer *t, diag *d) {
  const sinter_data *spec = &t->module->data;
  if (needs_no_data(t)) {
    dataset_know(&t->data, &t->known);
    return 0;
  }
  if (!spec->field_count)
    return diag_error(d, 2108, "model '%s' names no data set", t->module->name);
  flags_guard(&t->flags, true); /* readers find files in a folder that no flag names */
  dataset_open(&t->data, spec, t->flags.data, &t->known, t->instance.device->pool, d);
  flags_guard(&t->flags, false);
  if (d->code)
    return d->code;
  tell_data(t);
  if (open_feed(t, d) || hold_out(t, d) || !flags_train(&t->flags))
    return d->code;
  t->batches = t->train ? (int64_t)t->data.train.count / t->train->batch : 0;
  set_epoch_length(t);
  if (!t->batches && !does_nothing(t))
    return diag_error(d, 2107, "training expects at least %lld examples (one batch), got %llu",
                      (long long)t->train->batch, (unsigned long long)t->data.train.count);
  if (t->flags.steps >= 0 && t->flags.epochs < 0 && t->batches) /* --steps alone says how long */
    t->epochs = t->flags.steps / t->batches + (t->flags.steps % t->batches != 0);
  if (t->data.train.count > UINT32_MAX)
    return diag_error(d, 2107, "training expects fewer than 2^32 examples");
  bool shuffles = !t->flags.no_shuffle && spec->order == SINTER_ORDER_SHUFFLED;
  if (shuffles && !(t->order = malloc(t->data.train.count * sizeof *t->order + 1)))
    return diag_error(d, 2402, "out of memory: the order of the examples");
  return 0;
}

/* Weights, optimizer state and position: from the seed, from --init or from the checkpoint. */
static int start_state(trainer *t, diag *d) {
  flags *f = &t->flags;
  run_position expected = {.shuffle = !f->no_shuffle,
                           .examples = (int64_t)t->data.train.count,
                           .batch = t->train ? t->train->batch : 0,
                           .fold = f->fold.part,
                           .folds = f->fold.of,
                           .seed = f->seed >= 0 ? f->seed : 0};
  if (f->resume) {
    bool goes_on = flags_train(f); /* others only want its weights */
    if (goes_on ? checkpoint_resume(&t->state, f->checkpoint, &expected, d)
                : checkpoint_init(&t->state, f->checkpoint, false, d))
      return d->code;
    if (!goes_on)
      t->state.position = expected;
    else if (f->seed >= 0 && f->seed != t->state.position.seed)
      return diag_error(d, 2004, "--seed %lld contradicts the checkpoint, whose seed is %lld",
                        (long long)f->seed, (long long)t->state.position.seed);
    char note[256];
    if (goes_on && checkpoint_note(&t->state, note, sizeof note))
      report_note(&t->report, "'%s': %s", f->checkpoint, note);
    for (uint32_t i = 0; i < t->module->scalar_count && goes_on; ++i)
      if (!f->scalar_given[i] && t->module->scalars[i].slot > 1)
        f->scalars[i] = t->state.scalars[i];
  } else {
    instance_initialise(&t->instance, (uint64_t)expected.seed);
    t->state.position = expected;
    if (f->init && checkpoint_init(&t->state, f->init, f->init_partial, d)) {
      if (d->code == 2203 && !f->init_partial &&
          !strstr(d->text, "\n  + ")) /* nothing else is wrong */
        diag_detail(d, "--init-partial takes a subset");
      return d->code;
    }
    char note[256];
    if (f->init && weights_note(&t->state.weights, note, sizeof note))
      report_note(&t->report, "'%s': %s", f->init, note);
    if (f->init_partial && weights_partial_note(&t->state.weights, note, sizeof note))
      report_note(&t->report, "'%s' %s", f->init, note);
  }
  for (uint32_t i = 0; i < t->module->scalar_count; ++i)
    if (t->module->scalars[i].slot > 1)
      instance_set(&t->instance, &t->module->scalars[i], f->scalars[i]);
  instance_set_seed(&t->instance, t->state.position.seed);
  return instance_push(&t->instance, !t->train, d);
}

static int keep_known(trainer *t, diag *d) {
  for (int i = 0; i < METADATA && !d->code; ++i)
    checkpoint_metadata(&t->state, i, dataset_metadata(&t->data, i), d);
  return d->code;
}

static int evaluate_only(trainer *t, diag *d) {
  uint32_t count;
  double start = clock_seconds();
  if (trainer_evaluate(t, &count, d))
    return d->code;
  double seconds = clock_seconds() - start;
  if (report_epoch(&t->report, t->state.position.epoch, "test", t->values, count, seconds, d))
    return d->code;
  trainer_describe(t, count, t->test_text);
  report_line(&t->report, "test%s  %.2f s  %.0f examples/s", t->test_text, seconds,
              seconds > 0 ? (double)dataset_tests(&t->data)->count / seconds : 0);
  return trainer_confusion(t, count, d);
}

/* What would end the run at its end, or in its beginning for a reason that is better told here. */
static int check_files(const flags *f, diag *d) {
  if (f->resume && access(f->checkpoint, F_OK) != 0 && errno == ENOENT)
    return diag_error(d, 2101,
                      "cannot read '%s': %s; --resume goes on from what a run with --checkpoint "
                      "wrote, the first run goes without it",
                      f->checkpoint, strerror(errno));
  const char *outputs[] = {f->save, f->checkpoint, f->predict};
  for (size_t i = 0; i < sizeof outputs / sizeof *outputs; ++i)
    if (outputs[i] && file_probe(outputs[i], d))
      return d->code;
  return 0;
}

static int work(trainer *t, diag *d) {
  const flags *f = &t->flags;
  t->epochs = f->epochs >= 0 ? f->epochs : (int64_t)t->module->default_epochs;
  uint32_t cores = sinter_usable_cores();
  if (f->threads > (int64_t)cores)
    report_note(&t->report, "%lld threads on %u usable cores: slower, with the same results",
                (long long)f->threads, cores);
  if (check_files(f, d))
    return d->code;
  if (flags_train(f))
    trainer_catch_signals();
  sinter_pool *pool;
  device *dev;
  if (device_check(t->module, d) ||
      device_threads(f->threads > 0 ? (uint32_t)f->threads : cores, false, &pool, d) ||
      device_open(t->module, pool, &dev, d) ||
      instance_open(&t->instance, t->module, dev, true, d) || find_entries(t, d) ||
      watch_open(t, d) || checkpoint_open(&t->state, &t->instance, d) || read_known(t, d) ||
      open_data(t, d) || keep_known(t, d) || (f->predict && predict_check(t, d)) ||
      start_state(t, d))
    return d->code;
  report_begin(&t->report, f->resume);
  int result = f->run              ? trainer_run_entry(t, d)
               : f->generate.text  ? trainer_generate(t, d)
               : f->translate.text ? trainer_translate(t, d)
               : f->eval           ? evaluate_only(t, d)
               : f->lr_find        ? trainer_find_rate(t, d)
                                   : trainer_run(t, d);
  bool kept = f->keep_best && t->state.position.best_epoch > 0; /* what --save holds already */
  if (!result && f->save && !kept)
    result = checkpoint_save(&t->state, f->save, d);
  if (!result && f->predict && kept && !(result = checkpoint_init(&t->state, f->save, false, d)))
    result = instance_push(&t->instance, true, d); /* predictions are the best weights' */
  if (!result && f->predict)
    result = trainer_predict(t, d);
  return result ? result : instance_check_run(&t->instance, d); /* numbers that were read last */
}

static void close_all(trainer *t) {
  trainer_release_signals();
  device *dev = t->instance.device;
  feed_close(&t->feed);
  checkpoint_close(&t->state);
  if (t->instance.module && dev)
    instance_close(&t->instance);
  dataset_free(&t->data);
  free(t->order);
  free(t->values);
  free(t->counts);
  free(t->train_text);
  free(t->test_text);
  report_close(&t->report);
  if (dev)
    dev->close(dev);
}

static trainer t; /* one a process */

/* Numbers that the metrics count in. */
static uint64_t count_counts(const sinter_module *module) {
  uint64_t counts = 0;
  for (uint32_t i = 0; i < module->metric_count; ++i)
    counts += (uint64_t)instance_classes(module, i) * instance_classes(module, i);
  return counts;
}

/* The most values that an event shows, and the bytes that they take as text. */
static uint32_t most_values(const sinter_module *module, size_t *bytes) {
  enum { NUMBER = 40, QUOTED = 6 }; /* a character of a name may become \u0000 */
  uint32_t count = 1 + module->metric_count + module->scalar_count, outputs = 0;
  *bytes = 256;
  for (uint32_t i = 0; i < module->metric_count; ++i)
    *bytes += 2 * (QUOTED * strlen(module->metrics[i].name) + NUMBER);
  for (uint32_t i = 0; i < module->scalar_count; ++i)
    *bytes += QUOTED * strlen(module->scalars[i].name) + NUMBER;
  for (uint32_t i = 0; i < module->entry_count; ++i)
    for (uint32_t k = 0; k < module->entries[i].output_count; ++k, ++outputs)
      *bytes += QUOTED * strlen(module->entries[i].outputs[k].name) + NUMBER;
  return count + outputs;
}

/* From here on there is something to close. */
static int train_or_evaluate(diag *d) {
  enum { COUNT = 24 }; /* bytes of one as text */
  size_t bytes;
  uint32_t values = most_values(t.module, &bytes);
  uint64_t counts = count_counts(t.module);
  t.text_bytes = bytes;
  t.values = calloc(values, sizeof *t.values);
  t.counts = calloc(counts + 1, sizeof *t.counts);
  t.train_text = malloc(bytes);
  t.test_text = malloc(bytes);
  int result =
      t.values && t.counts && t.train_text && t.test_text
          ? report_open(&t.report, t.program, t.flags.log, t.flags.quiet, bytes + counts * COUNT, d)
          : diag_error(d, 2402, "out of memory: the metrics");
  if (!result)
    result = work(&t, d);
  close_all(&t);
  return result;
}

static int run(const sinter_module *module, const char *program, int argc, char **argv, diag *d) {
  t = (trainer){.module = module, .program = program, .report = {.log = -1}};
  if (flags_parse(&t.flags, module, argc, argv, d))
    return d->code;
  if (t.flags.help)
    flags_help(module, program);
  else if (t.flags.version)
    printf("%s: model '%s' for %s, compiled by %s, runtime ABI %u\n", program, module->name,
           module->target, module->compiler, SINTER_ABI_VERSION);
  else if (t.flags.licenses)
    trainer_licenses();
  else if (t.flags.info)
    trainer_info(module);
  else
    return train_or_evaluate(d);
  return 0;
}

/* A file that is opened must not become number 0, 1 or 2 of a process that was started with those
 * closed: talk would end in it. */
static void hold_standard_files(void) {
  int fd;
  do
    fd = open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0)
    close(fd);
}

int sinter_trainer_main(const sinter_module *module, int argc, char **argv) {
  const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
  const char *program = slash ? slash + 1 : argc > 0 ? argv[0] : "";
  program = *program ? program : module->name;
  hold_standard_files();
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = (locale_t)0;
  if (plain)
    /* numbers are read and written with a point, whatever the user's locale */
    before = uselocale(plain);
  void (*pipe_before)(int) = signal(SIGPIPE, SIG_IGN),
       (*size_before)(int) = signal(SIGXFSZ, SIG_IGN);
  diag d = diag_make(messages, sizeof messages);
  int result;
  if (module->abi_version != SINTER_ABI_VERSION)
    result = device_check(module, &d);
  else
    result = run(module, program, argc, argv, &d);
  flags_free(&t.flags);
  int output = fflush(stdout) != 0 ? errno : t.report.output_error;
  if (output && output != EPIPE && !d.code && result < 128) /* EPIPE: the reader has had enough */
    diag_error(&d, 2401, "cannot write standard output: %s", strerror(output));
  if (d.code) {
    diag_print(&d, program);
    result = diag_exit_code(d.code);
  }
  signal(SIGPIPE, pipe_before);
  signal(SIGXFSZ, size_before);
  if (plain) {
    uselocale(before);
    freelocale(plain);
  }
  return result;
}
