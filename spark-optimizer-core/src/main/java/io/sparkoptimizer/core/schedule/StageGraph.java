package io.sparkoptimizer.core.schedule;

import java.util.Arrays;
import java.util.List;

/** What waits for what, by index: the same for every candidate. Immutable. */
final class StageGraph {
  private final int[] waitsFor;
  private final int[] stagesOfJob;
  private final int[][] children;
  private final int[][] followers;
  private final int[] firstStageOfJob;

  StageGraph(Workload work) {
    List<StageWork> stages = work.stages();
    List<JobWork> jobs = work.jobs();
    waitsFor = new int[stages.size()];
    stagesOfJob = new int[jobs.size()];
    int[] childCounts = new int[stages.size()];
    for (int s = 0; s < waitsFor.length; s++) {
      // The parents, and the submission of the job.
      waitsFor[s] = stages.get(s).parents().size() + 1;
      stagesOfJob[stages.get(s).job()]++;
      stages.get(s).parents().forEach(parent -> childCounts[parent]++);
    }
    children = arrays(childCounts);
    int[] followerCounts = new int[jobs.size()];
    jobs.stream()
        .filter(job -> job.after() == JobWork.After.ONE)
        .forEach(job -> followerCounts[job.predecessor()]++);
    followers = arrays(followerCounts);
    for (int s = 0; s < waitsFor.length; s++) {
      for (int parent : stages.get(s).parents()) {
        children[parent][--childCounts[parent]] = s;
      }
    }
    firstStageOfJob = new int[jobs.size() + 1];
    for (int j = 0; j < jobs.size(); j++) {
      firstStageOfJob[j + 1] = firstStageOfJob[j] + stagesOfJob[j];
      if (jobs.get(j).after() == JobWork.After.ONE) {
        int predecessor = jobs.get(j).predecessor();
        followers[predecessor][--followerCounts[predecessor]] = j;
      }
    }
  }

  private static int[][] arrays(int[] lengths) {
    return Arrays.stream(lengths).mapToObj(int[]::new).toArray(int[][]::new);
  }

  /** How many things each stage waits for; the caller's to count down. */
  int[] waitsFor() {
    return waitsFor.clone();
  }

  /** Of each job; the caller's to count down. */
  int[] stagesOfJob() {
    return stagesOfJob.clone();
  }

  /** Stages that wait for a stage. */
  int[] children(int stage) {
    return children[stage];
  }

  /** Jobs that are submitted after the end of a job. */
  int[] followers(int job) {
    return followers[job];
  }

  /** Stages stand in the order of their jobs: a job's go from here to the next job's first. */
  int firstStageOfJob(int job) {
    return firstStageOfJob[job];
  }
}
