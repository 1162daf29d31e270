package io.sparkoptimizer.core.memory;

import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.RunId;
import io.sparkoptimizer.spark.RunQuery;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spark.RunSummary;
import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.spi.Repository;
import io.sparkoptimizer.spi.StoredModel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Keeps runs until the process ends. Thread-safe: a batch is worked out beside what is kept and then
 * put in at once, so that a reader sees all of it or nothing. A query looks at every summary.
 */
public final class InMemoryRepository implements Repository {
  private final Map<RunId, Kept> runs = new HashMap<>();
  private final Map<Attempt, Set<RunId>> idsByAttempt = new HashMap<>();
  private final Map<Location, KnownInput> inputs = new HashMap<>();
  private final Map<String, GivenRecommendation> recommendations = new HashMap<>();
  private final Map<String, List<StoredModel>> models = new TreeMap<>();

  @Override
  public synchronized SaveResult save(List<CollectedRun> batch) {
    Map<RunId, ApplicationRun> changed = new HashMap<>();
    Map<Attempt, Set<RunId>> attempts = new HashMap<>();
    Map<String, List<KnownInput>> seen = new HashMap<>();
    int added = 0;
    int updated = 0;
    for (CollectedRun collected : batch) {
      ApplicationRun run = collected.run();
      RunId id = run.id();
      Attempt attempt = Attempt.of(id);
      attempts
          .computeIfAbsent(
              attempt, key -> new LinkedHashSet<>(idsByAttempt.getOrDefault(key, Set.of())))
          .add(id);
      Kept kept = runs.get(id);
      ApplicationRun former = changed.getOrDefault(id, kept == null ? null : kept.run);
      if (former == null) {
        added++;
        changed.put(id, run);
      } else if (BY_WORTH.compare(run, former) > 0) {
        updated++;
        changed.put(id, run);
      }
      if (run.status() != RunStatus.RUNNING) {
        seen.computeIfAbsent(run.sourceName(), key -> new ArrayList<>())
            .add(new KnownInput(collected.input(), null));
      }
    }
    for (Set<RunId> ids : attempts.values()) {
      if (ids.size() > 1) {
        for (RunId id : ids) {
          changed.compute(id, (key, run) -> marked(run == null ? kept(key) : run));
        }
      }
    }
    Map<RunId, Kept> keep = new HashMap<>();
    changed.forEach((id, run) -> keep.put(id, new Kept(run, RunSummary.of(run))));
    runs.putAll(keep);
    idsByAttempt.putAll(attempts);
    seen.forEach(this::remember);
    return new SaveResult(added, updated, batch.size() - added - updated);
  }

  private static final Comparator<ApplicationRun> BY_WORTH =
      Comparator.<ApplicationRun, Boolean>comparing(run -> run.quality().complete())
          .thenComparing(run -> run.quality().eventsRead() + run.quality().eventsSkipped())
          .thenComparing(run -> run.status() != RunStatus.RUNNING);

  private ApplicationRun kept(RunId id) {
    Kept kept = runs.get(id);
    if (kept == null) {
      throw new IllegalStateException("no run has the id " + id);
    }
    return kept.run;
  }

  private static ApplicationRun marked(ApplicationRun run) {
    return run.toBuilder()
        .quality(run.quality().with(QualityIssue.ID_COLLISION))
        .build();
  }

  @Override
  public synchronized void remember(String sourceName, List<KnownInput> known) {
    for (KnownInput input : List.copyOf(known)) {
      String location = input.stamp().location();
      inputs.remove(new Location(sourceName, location + InputStamp.IN_PROGRESS));
      inputs.put(new Location(sourceName, location), input);
    }
  }

  @Override
  public synchronized List<KnownInput> known(String sourceName, Collection<String> locations) {
    return locations.stream()
        .flatMap(location -> Stream.ofNullable(inputs.get(new Location(sourceName, location))))
        .toList();
  }

  @Override
  public synchronized void save(Recommendation recommendation, long givenMs) {
    recommendations.putIfAbsent(
        recommendation.id(), new GivenRecommendation(recommendation, givenMs));
  }

  @Override
  public synchronized Optional<Recommendation> recommendation(String id) {
    return Optional.ofNullable(recommendations.get(id)).map(GivenRecommendation::recommendation);
  }

  @Override
  public synchronized List<GivenRecommendation> recommendations(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be 1 or more, was " + limit);
    }
    return recommendations.values().stream()
        .sorted(Comparator.comparingLong(GivenRecommendation::givenMs)
            .reversed()
            .thenComparing(given -> given.recommendation().id()))
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized StoredModel save(StoredModel model) {
    List<StoredModel> versions =
        models.computeIfAbsent(model.info().name(), name -> new ArrayList<>());
    StoredModel kept = model.withVersion(versions.size() + 1);
    versions.add(kept);
    return kept;
  }

  @Override
  public synchronized List<ModelInfo> models() {
    return models.values().stream()
        .flatMap(versions -> versions.stream()
            .map(StoredModel::info)
            .sorted(Comparator.comparingInt(ModelInfo::version).reversed()))
        .toList();
  }

  @Override
  public synchronized Optional<StoredModel> model(String name, int version) {
    List<StoredModel> versions = models.getOrDefault(name, List.of());
    return version >= 1 && version <= versions.size()
        ? Optional.of(versions.get(version - 1))
        : Optional.empty();
  }

  @Override
  public synchronized List<RunSummary> summaries(RunQuery query) {
    return matching(query).map(Kept::summary).toList();
  }

  @Override
  public synchronized List<ApplicationRun> runs(RunQuery query) {
    return matching(query).map(Kept::run).toList();
  }

  private Stream<Kept> matching(RunQuery query) {
    return runs.values().stream()
        .filter(kept -> query.matches(kept.summary))
        .sorted(Comparator.comparing(Kept::summary, RunSummary.NEWEST_FIRST))
        .limit(query.limit().orElse(Integer.MAX_VALUE));
  }

  @Override
  public synchronized long count(RunQuery query) {
    return runs.values().stream().filter(kept -> query.matches(kept.summary)).count();
  }

  @Override
  public void close() {
    // Nothing is held outside of this object.
  }

  private record Kept(ApplicationRun run, RunSummary summary) {}

  private record Location(String sourceName, String location) {}

  /** What runs share that collide. */
  private record Attempt(String sourceName, String appId, String attemptId) {
    static Attempt of(RunId id) {
      return new Attempt(id.sourceName(), id.appId(), id.attemptId());
    }
  }

  /** Makes empty repositories; takes no settings. Serves after any repository that lasts. */
  public static final class Provider implements Repository.Provider {
    @Override
    public String name() {
      return "in-memory";
    }

    @Override
    public int order() {
      return 100;
    }

    @Override
    public Repository create(Map<String, String> settings) {
      return new InMemoryRepository();
    }
  }
}
