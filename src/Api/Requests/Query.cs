using System.Reflection;
using MetaGrains.Api.Problems;

namespace MetaGrains.Api.Requests;

/// <summary>The query of a request: parameters by name.</summary>
internal sealed class Query(IQueryCollection values)
{
    /// <summary>Called by the framework.</summary>
    public static ValueTask<Query?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Query?>(new Query(context.Request.Query));

    /// <summary>The value, or null when it is not sent.</summary>
    public string? Text(string name) => values.TryGetValue(name, out var sent) ? sent.ToString() : null;

    /// <summary>One of some words, or null when it is not sent.</summary>
    public string? Word(string name, IReadOnlyCollection<string> allowed)
    {
        var word = Text(name);
        var faults = new Faults();
        faults.OneOf(name, word, allowed);
        faults.Throw();
        return word;
    }

    /// <summary><c>true</c> or <c>false</c>, or null when it is not sent.</summary>
    public bool? Flag(string name) => Word(name, ["true", "false"]) is { } word ? word == "true" : null;
}
