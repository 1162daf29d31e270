package io.sparkoptimizer.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Core knows no cloud, no database, no screen and no Spark; its packages form no circles. */
@AnalyzeClasses(
    packages = "io.sparkoptimizer.core",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule CORE_KNOWS_NO_EDGE = noClasses()
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage(
          "org.apache.spark..",
          "scala..",
          "org.apache.hadoop..",
          "com.fasterxml.jackson.databind..",
          "java.sql..",
          "javax.sql..",
          "java.net.http..",
          "org.jooq..",
          "picocli..",
          "io.sparkoptimizer.jdbc..",
          "io.sparkoptimizer.cli..",
          "io.sparkoptimizer.ml..");

  @ArchTest
  static final ArchRule PACKAGES_FORM_NO_CIRCLES =
      slices().matching("io.sparkoptimizer.core.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NOTHING_PRINTS = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
}
