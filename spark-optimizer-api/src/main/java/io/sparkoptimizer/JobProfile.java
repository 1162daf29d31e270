package io.sparkoptimizer;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The run that is asked about: which job, how much data, what it may cost and how long it may take.
 * Immutable.
 *
 * <p>Everything but the question itself may be left out. A job is named by its application name or
 * signature ({@link #builder(String)}), by one of its runs ({@link Builder#like}), or not at all (a new
 * job).
 */
public final class JobProfile {
  private final @Nullable String job;
  private final @Nullable String like;
  private final @Nullable DataSize inputSize;
  private final OptionalDouble inputScale;
  private final @Nullable JobType jobType;
  private final Priority priority;
  private final @Nullable Duration sla;
  private final OptionalDouble budget;
  private final Map<String, String> parameters;
  private final @Nullable Platform platform;
  private final @Nullable String nodeType;
  private final OptionalInt maxExecutors;
  private final Map<String, String> configuration;
  private final Set<String> locked;
  private final @Nullable String method;

  private JobProfile(Builder builder) {
    job = builder.job;
    like = builder.like;
    inputSize = builder.inputSize;
    inputScale = builder.inputScale;
    jobType = builder.jobType;
    priority = builder.priority;
    sla = builder.sla;
    budget = builder.budget;
    parameters = Collections.unmodifiableMap(new TreeMap<>(builder.parameters));
    platform = builder.platform;
    nodeType = builder.nodeType;
    maxExecutors = builder.maxExecutors;
    configuration = Collections.unmodifiableMap(new TreeMap<>(builder.configuration));
    locked = Collections.unmodifiableSet(new TreeSet<>(builder.locked));
    method = builder.method;
  }

  /** A profile of the job with this application name or job signature. */
  public static Builder builder(String job) {
    return new Builder().job(job);
  }

  /** A profile that names no job yet. */
  public static Builder builder() {
    return new Builder();
  }

  /** The application name or job signature. */
  public Optional<String> job() {
    return Optional.ofNullable(job);
  }

  /** The application id of a run whose job is meant. */
  public Optional<String> like() {
    return Optional.ofNullable(like);
  }

  /** How much data there will be, as the user counts it. */
  public Optional<DataSize> inputSize() {
    return Optional.ofNullable(inputSize);
  }

  /** How much data there will be, as a multiple of the newest run's. */
  public OptionalDouble inputScale() {
    return inputScale;
  }

  public Optional<JobType> jobType() {
    return Optional.ofNullable(jobType);
  }

  public Priority priority() {
    return priority;
  }

  /** How long the run may take. */
  public Optional<Duration> sla() {
    return Optional.ofNullable(sla);
  }

  /** What the run may cost, in the configured currency. */
  public OptionalDouble budget() {
    return budget;
  }

  /** Words and numbers that describe the work. */
  public Map<String, String> parameters() {
    return parameters;
  }

  public Optional<Platform> platform() {
    return Optional.ofNullable(platform);
  }

  public Optional<String> nodeType() {
    return Optional.ofNullable(nodeType);
  }

  /** The most executors the platform gives. */
  public OptionalInt maxExecutors() {
    return maxExecutors;
  }

  /** Spark properties that the next run has unless it is told otherwise. */
  public Map<String, String> configuration() {
    return configuration;
  }

  /** Spark properties that must stay as they are. */
  public Set<String> locked() {
    return locked;
  }

  /** The recommender to ask; the configured or the first suitable one where empty. */
  public Optional<String> method() {
    return Optional.ofNullable(method);
  }

  /** Gathers a profile. Not thread-safe. */
  public static final class Builder {
    private static final Pattern PARAMETER = Pattern.compile("[\\p{L}\\p{N}_.-]+");

    private @Nullable String job;
    private @Nullable String like;
    private @Nullable DataSize inputSize;
    private OptionalDouble inputScale = OptionalDouble.empty();
    private @Nullable JobType jobType;
    private Priority priority = Priority.BALANCED;
    private @Nullable Duration sla;
    private OptionalDouble budget = OptionalDouble.empty();
    private final Map<String, String> parameters = new TreeMap<>();
    private @Nullable Platform platform;
    private @Nullable String nodeType;
    private OptionalInt maxExecutors = OptionalInt.empty();
    private final Map<String, String> configuration = new TreeMap<>();
    private final Set<String> locked = new TreeSet<>();
    private @Nullable String method;

    private Builder() {}

    public Builder job(String nameOrSignature) {
      this.job = Objects.requireNonNull(nameOrSignature);
      return this;
    }

    public Builder like(String appId) {
      this.like = Objects.requireNonNull(appId);
      return this;
    }

    public Builder inputSize(DataSize inputSize) {
      this.inputSize = Objects.requireNonNull(inputSize);
      return this;
    }

    public Builder inputScale(double inputScale) {
      this.inputScale = OptionalDouble.of(positive("inputScale", inputScale));
      return this;
    }

    public Builder jobType(JobType jobType) {
      this.jobType = Objects.requireNonNull(jobType);
      return this;
    }

    public Builder priority(Priority priority) {
      this.priority = Objects.requireNonNull(priority);
      return this;
    }

    public Builder sla(Duration sla) {
      if (sla.isNegative() || sla.isZero()) {
        throw new IllegalArgumentException("sla must be longer than 0, was " + sla);
      }
      this.sla = sla;
      return this;
    }

    public Builder budget(double budget) {
      this.budget = OptionalDouble.of(positive("budget", budget));
      return this;
    }

    /**
     * @param name letters, digits, {@code _}, {@code .} and {@code -}: it becomes the end of a Spark
     *     property
     */
    public Builder parameter(String name, String value) {
      if (!PARAMETER.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "a parameter's name has letters, digits, _ . and - only, was \"" + name + "\"");
      }
      parameters.put(name, value);
      return this;
    }

    public Builder platform(Platform platform) {
      this.platform = Objects.requireNonNull(platform);
      return this;
    }

    public Builder nodeType(String nodeType) {
      this.nodeType = Objects.requireNonNull(nodeType);
      return this;
    }

    public Builder maxExecutors(int maxExecutors) {
      this.maxExecutors = OptionalInt.of((int) positive("maxExecutors", maxExecutors));
      return this;
    }

    public Builder configuration(Map<String, String> sparkProperties) {
      configuration.putAll(sparkProperties);
      return this;
    }

    public Builder lock(String sparkProperty) {
      locked.add(sparkProperty);
      return this;
    }

    public Builder method(String recommender) {
      this.method = Objects.requireNonNull(recommender);
      return this;
    }

    /**
     * @throws ConflictingSettingsException if two of job, like, inputSize and inputScale contradict
     */
    public JobProfile build() {
      if (job != null && like != null) {
        throw new ConflictingSettingsException(
            "a profile names a job (\"" + job + "\") or a run like it (" + like + "), not both");
      }
      if (inputSize != null && inputScale.isPresent()) {
        throw new ConflictingSettingsException(
            "a profile has an input size (" + inputSize + ") or an input scale, not both");
      }
      return new JobProfile(this);
    }

    private static double positive(String what, double value) {
      if (!(value > 0) || Double.isInfinite(value)) {
        throw new IllegalArgumentException(what + " must be more than 0, was " + value);
      }
      return value;
    }
  }
}
