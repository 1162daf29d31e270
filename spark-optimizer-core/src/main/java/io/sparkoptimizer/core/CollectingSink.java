package io.sparkoptimizer.core;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.core.eventlog.HeapEstimate;
import io.sparkoptimizer.core.similarity.SimilarJobs;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spi.Collector;
import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.spi.Repository.KnownInput;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Takes what a collector finds and saves it in batches, each in one transaction. What was saved is
 * known the next time, so a collection that stopped is taken up again by running it once more: at
 * most one batch is read twice, and saving a run again changes nothing. Inputs that hold no run are
 * remembered with the reason, so that it is told again without reading them.
 */
final class CollectingSink implements Collector.Sink {
  /** Inputs without a run that are remembered in one transaction. */
  private static final int REMEMBERED_AT_ONCE = 1000;

  private final CollectionRequest request;
  private final Repository repository;
  private final SimilarJobs jobs;
  private final CollectionRequest.Progress progress;
  private final List<Repository.CollectedRun> batch = new ArrayList<>();
  private final List<KnownInput> withoutRun = new ArrayList<>();
  private final List<SkippedInput> skipped = new ArrayList<>();
  private long batchBytes;
  private long expected;
  private long done;
  private long processed;
  private long added;
  private long updated;
  private long known;
  private long filtered;
  private long inputsRead;
  private long bytesRead;

  CollectingSink(
      CollectionRequest request,
      Repository repository,
      SimilarJobs jobs,
      CollectionRequest.Progress progress) {
    this.request = request;
    this.repository = repository;
    this.jobs = jobs;
    this.progress = progress;
  }

  @Override
  public void expect(long inputs) {
    expected = inputs;
    progress.update(done, expected);
  }

  @Override
  public Set<InputStamp> unknown(Collection<InputStamp> inputs) {
    Set<InputStamp> unknown = new LinkedHashSet<>(inputs);
    List<String> locations = inputs.stream().map(InputStamp::location).toList();
    List<KnownInput> remembered =
        uninterrupted(() -> repository.known(request.sourceName(), locations));
    for (KnownInput input : remembered) {
      if (unknown.remove(input.stamp())) {
        if (input.skipped() == null) {
          known++;
        } else {
          skipped.add(new SkippedInput(input.stamp().location(), input.skipped()));
        }
        oneMore();
      }
    }
    return unknown;
  }

  @Override
  public void accept(ApplicationRun run, InputStamp input) {
    ApplicationRun named = run.toBuilder().sourceName(request.sourceName()).build();
    batch.add(new Repository.CollectedRun(named, input));
    batchBytes += HeapEstimate.bytes(named);
    // A batch of large runs is saved before it is full.
    if (batch.size() >= request.batchSize() || batchBytes >= HeapEstimate.shareBytes()) {
      flush();
    }
    inputsRead++;
    oneMore();
  }

  @Override
  public void skip(InputStamp input, String reason) {
    withoutRun.add(new KnownInput(input, reason));
    if (withoutRun.size() >= REMEMBERED_AT_ONCE) {
      flush();
    }
    inputsRead++;
    skip(new SkippedInput(input.location(), reason));
  }

  @Override
  public void skip(SkippedInput input) {
    skipped.add(input);
    oneMore();
  }

  @Override
  public void filter() {
    filtered++;
    oneMore();
  }

  @Override
  public void read(long bytes) {
    bytesRead += bytes;
    progress.read(bytesRead);
  }

  private void oneMore() {
    done++;
    progress.update(done, expected);
  }

  /** Saves what is gathered; also when the thread is interrupted. */
  void flush() {
    if (!batch.isEmpty()) {
      Repository.SaveResult result = uninterrupted(() -> repository.save(batch));
      jobs.changed(
          batch.stream().map(one -> one.run().jobSignature()).collect(Collectors.toSet()),
          result.added());
      processed += batch.size();
      added += result.added();
      updated += result.updated();
      batch.clear();
      batchBytes = 0;
    }
    if (!withoutRun.isEmpty()) {
      uninterrupted(() -> {
        repository.remember(request.sourceName(), withoutRun);
        return withoutRun;
      });
      withoutRun.clear();
    }
  }

  /**
   * A database driver may refuse to work, or close its file, on an interrupted thread. The interruption
   * stays for whoever looks for it next.
   */
  private static <T> T uninterrupted(Supplier<T> work) {
    boolean interrupted = Thread.interrupted();
    try {
      return work.get();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * @param durationMs since the collection began
   */
  CollectionReport report(long durationMs) {
    return new CollectionReport(
        processed,
        added,
        updated,
        known,
        filtered,
        skipped,
        new CollectionReport.Reading(inputsRead, bytesRead, durationMs));
  }
}
