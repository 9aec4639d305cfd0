using System.Text;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>
/// An action breakdown beside <c>action_type</c>: each element of a list falls into one per value. Conversions on
/// websites lose the value and those in apps vanish, as neither can be told apart by it.
/// </summary>
internal sealed class ActionSplit
{
    private static readonly Dictionary<string, ActionSplit> Known = new[]
    {
        new ActionSplit("action_device", [("android_smartphone", 45), ("desktop", 14), ("ipad", 3), ("iphone", 38)], null),
        new ActionSplit("action_destination", [("shop.example", 100)], null),
        new ActionSplit("action_target_id", [("100200300400599", 100)], null),
        new ActionSplit("action_reaction", [("like", 78), ("love", 15), ("haha", 4), ("wow", 3)], "post_reaction"),
    }.ToDictionary(split => split.Name, StringComparer.Ordinal);

    private readonly (byte[] Value, int UpTo)[] _parts;
    private readonly string? _onlyOf;

    private ActionSplit(string name, (string Value, int Weight)[] parts, string? onlyOf)
    {
        (Name, _onlyOf) = (name, onlyOf);
        Utf8Name = Encoding.UTF8.GetBytes(name);
        var upTo = 0;
        _parts = [.. parts.Select(part => (Encoding.UTF8.GetBytes(part.Value), upTo += part.Weight))];
    }

    public string Name { get; }

    public byte[] Utf8Name { get; }

    public int Parts => _parts.Length;

    /// <summary>Reads <c>action_breakdowns</c>.</summary>
    public static ActionSplit? Read(GraphRequest request)
    {
        var names = ListParameters.Read(request, "action_breakdowns").Where(name => name != "action_type").ToList();
        return names switch
        {
            [] => null,
            [var name] when Known.TryGetValue(name, out var split) => split,
            [_] => throw GraphErrors.Invalid($"Param action_breakdowns: {names[0]} is not served by this simulator"),
            _ => throw GraphErrors.Invalid($"Current combination of action breakdowns ({string.Join(", ", names)}) is invalid"),
        };
    }

    /// <summary>Whether a type falls apart, keeps its one element, or vanishes.</summary>
    public bool? Applies(ActionType type, ActionCatalog catalog) =>
        _onlyOf is not null ? type.Name == _onlyOf
        : catalog.IsOnWebsites(type) ? false
        : catalog.IsInApps(type) ? null
        : true;

    public ReadOnlySpan<byte> ValueOf(int part) => _parts[part].Value;

    /// <summary>A part of a number, in every window; the parts add up to it.</summary>
    public ByWindow Part(in ByWindow whole, int part) => new(
        Part(whole.Default, part), Part(whole.Click1, part), Part(whole.Click7, part), Part(whole.Click28, part), Part(whole.View1, part));

    private long Part(long whole, int part) => (whole * _parts[part].UpTo / 100) - (part == 0 ? 0 : whole * _parts[part - 1].UpTo / 100);
}
