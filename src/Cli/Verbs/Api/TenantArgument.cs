using System.CommandLine;
using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary>The tenant as the word after the verb: <c>tenants export acme</c> is <c>tenants export --tenant acme</c>.</summary>
internal static class TenantArgument
{
    private const string Name = "tenant";

    public static Argument<string?> Create() => new(Name) { Description = "Slug or id; the same as --tenant.", Arity = ArgumentArity.ZeroOrOne, HelpName = "T" };

    /// <summary>The tenant that is meant.</summary>
    /// <exception cref="CliException">None is named, or two are.</exception>
    public static async Task<string> OfAsync(ApiSession session)
    {
        var (word, option) = (session.Value<string>(Name), session.Value<string>(ApiVerb.TenantName));
        if (word is not null && option is not null && word != option)
            throw CliException.BadInput($"Which tenant, {word} or {option}? Name it once.");
        return word ?? await session.TenantAsync();
    }
}
