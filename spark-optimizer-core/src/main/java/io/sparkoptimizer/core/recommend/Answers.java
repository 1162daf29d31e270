package io.sparkoptimizer.core.recommend;

import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.Prediction;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Resources;
import io.sparkoptimizer.Verdict;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.RunId;
import io.sparkoptimizer.spi.RecommendationRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What all recommenders of this module say alike: ids, abstentions, infeasibility. */
final class Answers {
  private static final int ID_LENGTH = 16;

  private Answers() {}

  /** What a run is called in an answer: its application id, or its digest where it has none. */
  static String id(ApplicationRun run) {
    return run.id().appId();
  }

  static List<String> ids(Collection<ApplicationRun> runs) {
    return runs.stream().map(Answers::id).distinct().toList();
  }

  /** Equal for equal questions over equal history: a digest of both. */
  static String recommendationId(
      RecommendationRequest request, String method, List<ApplicationRun> runs) {
    return recommendationId(request, method, runs, List.of());
  }

  /**
   * @param others runs of other jobs that its interval rests on
   */
  static String recommendationId(
      RecommendationRequest request, String method, List<ApplicationRun> runs, List<RunId> others) {
    JobProfile profile = request.profile();
    StringBuilder question = new StringBuilder(method);
    for (Object part : new Object[] {
      profile.job(),
      profile.like(),
      profile.inputSize(),
      profile.inputScale(),
      profile.jobType(),
      profile.priority(),
      profile.sla(),
      profile.budget(),
      profile.parameters(),
      profile.platform(),
      profile.nodeType(),
      profile.maxExecutors(),
      profile.configuration(),
      profile.locked(),
      request.settings()
    }) {
      question.append('\n').append(part);
    }
    runs.forEach(run -> question.append('\n').append(run.id()));
    others.forEach(run -> question.append('\n').append(run));
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256")
          .digest(question.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, ID_LENGTH);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  static Recommendation abstain(RecommendationRequest request, String method, String why) {
    return nothing(
        request,
        method,
        Verdict.ABSTAIN,
        request.runs(),
        null,
        Resources.NONE,
        Prediction.UNKNOWN,
        why);
  }

  /** What a death for memory asks for, and no word about time: the count stays. */
  static Recommendation remedy(
      RecommendationRequest request, String method, MemoryPlan plan, Setup current, String why) {
    return new Recommendation(
        recommendationId(request, method, request.runs()),
        Verdict.CHANGE,
        method,
        plan.setup().toResources(),
        Prediction.UNKNOWN,
        current.toResources(),
        Prediction.UNKNOWN,
        0,
        Recommendation.ConfidenceBasis.RULES,
        request.settings().prices(),
        ids(request.runs()),
        OptionalLong.empty(),
        Recommendation.InputBasis.UNKNOWN,
        null,
        why,
        plan.evidence(),
        Sizing.sparkConf(plan.setup(), request.profile()),
        List.of());
  }

  static Recommendation nothing(
      RecommendationRequest request,
      String method,
      Verdict verdict,
      List<ApplicationRun> runs,
      @Nullable String binding,
      @Nullable Setup current,
      Prediction currentPrediction,
      String why) {
    return nothing(
        request,
        method,
        verdict,
        runs,
        binding,
        Optional.ofNullable(current).map(Setup::toResources).orElse(Resources.NONE),
        currentPrediction,
        why);
  }

  static Recommendation nothing(
      RecommendationRequest request,
      String method,
      Verdict verdict,
      List<ApplicationRun> runs,
      @Nullable String binding,
      Resources current,
      Prediction currentPrediction,
      String why) {
    return new Recommendation(
        recommendationId(request, method, runs),
        verdict,
        method,
        Resources.NONE,
        Prediction.UNKNOWN,
        current,
        currentPrediction,
        0,
        Recommendation.ConfidenceBasis.RULES,
        request.settings().prices(),
        ids(runs),
        OptionalLong.empty(),
        Recommendation.InputBasis.UNKNOWN,
        binding,
        why,
        List.of(),
        Map.of(),
        List.of());
  }
}
