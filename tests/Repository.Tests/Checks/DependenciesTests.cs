namespace MetaGrains.Repository.Tests.Checks;

public sealed class DependenciesTests
{
    [Theory]
    [InlineData("Core", "Warehouse")]
    [InlineData("Graph", "Warehouse")]
    [InlineData("Warehouse", "Graph")]
    [InlineData("Grains.Interfaces", "Warehouse")]
    [InlineData("Api", "Grains")]
    [InlineData("Cli", "Grains.Interfaces")]
    [InlineData("GraphSimulator", "Core")]
    [InlineData("Engine", "Grains")]
    [InlineData("Silo", "Testing")]
    [InlineData("Novelty", "Core")]
    public void A_reference_against_the_direction_is_found(string part, string referenced) =>
        Assert.Single(Dependencies.CheckReferences(part, [referenced]));

    [Theory]
    [InlineData("Graph", "Core")]
    [InlineData("Grains", "Grains.Interfaces")]
    [InlineData("Silo", "Grains")]
    [InlineData("Api", "Warehouse")]
    [InlineData("Cli", "GraphSimulator")]
    [InlineData("Engine", "Core")]
    public void A_reference_along_the_direction_is_fine(string part, string referenced) =>
        Assert.Empty(Dependencies.CheckReferences(part, [referenced]));

    [Theory]
    [InlineData("Core", "using MetaGrains.Warehouse;")]
    [InlineData("Core", "using static MetaGrains.Graph.Http.Client;")]
    [InlineData("Core", "using X = MetaGrains.Silo.X;")]
    [InlineData("Core", "var x = new global::MetaGrains.Graph.X();")]
    [InlineData("Cli", "using MetaGrains.Grains.Interfaces;")]
    [InlineData("Api", "using MetaGrains.Grains.Accounts;")]
    [InlineData("Core", "using MetaGrains.Testing;")]
    [InlineData("Graph", "namespace MetaGrains.Core.Insights;")]
    public void A_name_against_the_direction_is_found(string part, string source) =>
        Assert.Single(Dependencies.CheckNames(part, "src/One.cs", source));

    [Theory]
    [InlineData("Graph", "using MetaGrains.Core.Accounts;\nnamespace MetaGrains.Graph.Http;")]
    [InlineData("Api", "using MetaGrains.Grains.Interfaces;")]
    [InlineData("Core", "// using MetaGrains.Warehouse;")]
    [InlineData("Core", "var x = \"MetaGrains.Warehouse.Migrations.0001.sql\";")]
    [InlineData("Core", "using NotMetaGrains.Warehouse;")]
    public void A_name_along_the_direction_is_fine(string part, string source) =>
        Assert.Empty(Dependencies.CheckNames(part, "src/One.cs", source));
}
