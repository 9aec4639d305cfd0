using MetaGrains.Repository.Tests.Checks;
using MetaGrains.Repository.Tests.Text;

namespace MetaGrains.Repository.Tests;

/// <summary>No container engine is needed to see that what deploy/ and the workflow name is there.</summary>
public sealed class DeployTests
{
    private const string Dockerfile = "deploy/Dockerfile";
    private const string Compose = "deploy/compose.yaml";
    private const string Workflow = ".github/workflows/ci.yml";

    [Fact]
    public void Every_path_in_the_Dockerfile_exists()
    {
        var paths = DeployPaths.OfDockerfile(Repo.Read(Dockerfile)).ToArray();

        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.True(Repo.Exists(path), $"{Dockerfile} names {path}, which does not exist."));
    }

    [Fact]
    public void The_image_runs_the_command_line_as_an_unprivileged_user_and_names_its_engine()
    {
        var text = Repo.Read(Dockerfile);

        Assert.Contains("ENTRYPOINT [\"dotnet\", \"/app/MetaGrains.Cli.dll\"]", text, StringComparison.Ordinal);
        Assert.Matches(Pattern.Of(@"^USER \$APP_UID", System.Text.RegularExpressions.RegexOptions.Multiline), text);
        Assert.Contains("-p:GrainEngine=$GRAIN_ENGINE", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_path_in_the_compose_file_exists()
    {
        var paths = DeployPaths.OfCompose(Repo.Read(Compose)).ToArray();

        Assert.NotEmpty(paths);
        Assert.All(paths, item =>
        {
            // A Dockerfile is named from the build context, all else from the folder of the compose file.
            var path = item.Key == "dockerfile" ? item.Path : Path.Combine("deploy", item.Path);
            Assert.True(Repo.Exists(path) || Repo.Exists(path + ".example"), $"{Compose} names {item.Path}, which does not exist.");
        });
    }

    [Fact]
    public void No_secret_stands_in_the_compose_file() =>
        Assert.DoesNotMatch(Pattern.Of(@"^\s*\w*(PASSWORD|SECRET|ENCRYPTION_KEY|TOKEN)\w*:\s*[^\s$#]", System.Text.RegularExpressions.RegexOptions.Multiline), Repo.Read(Compose));

    [Fact]
    public void Every_variable_of_the_compose_file_is_in_the_example_settings()
    {
        var example = Repo.Read("deploy/.env.example");

        var variables = Pattern.Of(@"\$\{(?<name>\w+)").Matches(Repo.Read(Compose)).Select(match => match.Groups["name"].Value).ToArray();

        Assert.NotEmpty(variables);
        Assert.All(variables, name => Assert.Matches(Pattern.Of($"^{name}=", System.Text.RegularExpressions.RegexOptions.Multiline), example));
    }

    [Fact]
    public void The_workflow_runs_our_own_entry_on_both_engines_and_may_only_read()
    {
        var text = Repo.Read(Workflow);

        Assert.Contains("engine: [Orleans, Portable]", text, StringComparison.Ordinal);
        Assert.Contains("GrainEngine: ${{ matrix.engine }}", text, StringComparison.Ordinal);
        Assert.Contains("bash .ci/run", text, StringComparison.Ordinal);
        Assert.True(Repo.Exists(".ci/run"), ".ci/run does not exist.");
        Assert.Matches(Pattern.Of(@"^permissions:\n  contents: read$", System.Text.RegularExpressions.RegexOptions.Multiline), text);
        Assert.All(
            Pattern.Of(@"uses:\s*(?<action>\S+)").Matches(text).Select(match => match.Groups["action"].Value),
            action => Assert.Matches(Pattern.Of(@"^[\w.-]+/[\w.-]+@v\d+$"), action));
    }

    [Fact]
    public void Paths_are_read_from_copies_publishes_contexts_and_mounts()
    {
        const string dockerfile = "FROM sdk AS build\nCOPY a.props \\\n  b/ ./\nCOPY --chown=app:app c/ c/\n# COPY not-this .\nRUN dotnet publish src/X -c Release\nCOPY --from=build /out /app\n";
        const string compose = "services:\n  x:\n    build:\n      context: ..\n      dockerfile: deploy/Dockerfile\n    env_file: x.env\n    volumes:\n      - ./init:/init:ro\n      - data:/var/lib\n";

        Assert.Equal(["a.props", "b/", "c/", "src/X"], DeployPaths.OfDockerfile(dockerfile));
        Assert.Equal([("context", ".."), ("dockerfile", "deploy/Dockerfile"), ("env_file", "x.env"), ("volume", "./init")], DeployPaths.OfCompose(compose));
    }
}
