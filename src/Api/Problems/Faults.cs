namespace MetaGrains.Api.Problems;

/// <summary>Collects everything that is wrong with a request, so that its sender learns it at once.</summary>
internal sealed class Faults
{
    private readonly List<Fault> _found = [];

    public bool Any => _found.Count > 0;

    public void Add(string field, string detail, string fix) => _found.Add(new Fault(field, detail, fix));

    /// <summary>A text for people: not blank, not too long, without control characters, which PostgreSQL or a terminal would refuse.</summary>
    public void Text(string field, string? text, int longest)
    {
        if (text is null)
            return;
        if (string.IsNullOrWhiteSpace(text))
            Add(field, $"{field} is empty.", $"Send 1 to {longest} characters.");
        else if (text.Length > longest)
            Add(field, $"{field} has {text.Length} characters.", $"Send at most {longest} characters.");
        else if (text.Any(char.IsControl))
            Add(field, $"{field} holds a control character.", "Leave it out.");
    }

    public void Range(string field, int? value, int low, int high)
    {
        if (value is { } number && (number < low || number > high))
            Add(field, $"{field} is {number}.", $"Send a whole number from {low} to {high}.");
    }

    /// <summary>One of some words; the fix names the nearest, or all.</summary>
    public void OneOf(string field, string? value, IReadOnlyCollection<string> allowed)
    {
        if (value is null || allowed.Contains(value))
            return;
        Add(field, $"{field} '{Quoted.Of(value)}' is not known.", $"{NearestName.Hint(value, allowed)}Use one of: {string.Join(", ", allowed)}.");
    }

    /// <exception cref="ProblemException">Something was found.</exception>
    public void Throw()
    {
        if (Any)
            throw ProblemException.BadRequest(_found);
    }
}
