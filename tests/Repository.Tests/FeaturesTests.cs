using MetaGrains.Repository.Tests.Checks;
using MetaGrains.Repository.Tests.Text;

namespace MetaGrains.Repository.Tests;

/// <summary>docs/features.md tells the truth.</summary>
public sealed class FeaturesTests
{
    [Fact]
    public void Every_feature_of_the_five_documents_is_open_or_names_what_exists()
    {
        var code = Repo.Sources("tests").Select(file => CSharpCode.Of(Repo.Read(file))).ToArray();

        var problems = FeatureTable.Check(
            Repo.Read("docs/features.md"),
            Repo.Exists,
            test => test.StartsWith("tests/", StringComparison.Ordinal) ? Repo.Exists(test) : TestNames.Exists(test, code));

        Assert.True(problems.Count == 0, "docs/features.md:\n" + string.Join('\n', problems));
    }
}
