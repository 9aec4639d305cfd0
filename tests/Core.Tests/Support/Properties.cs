using FsCheck;
using FsCheck.Fluent;

namespace MetaGrains.Core.Tests.Support;

/// <summary>Properties that are checked with the same values every time; a failure prints the seed, and the value is shrunk.</summary>
internal static class Properties
{
    public static void Holds<T>(Gen<T> values, Action<T> property, int tests = 300, ulong seed = 20261122) =>
        Holds(values.ToArbitrary(), property, tests, seed);

    public static void Holds<T>(Arbitrary<T> values, Action<T> property, int tests = 300, ulong seed = 20261122) =>
        Prop.ForAll(values, property).Check(Config.QuickThrowOnFailure.WithMaxTest(tests).WithReplay(seed, 1));

    /// <summary>Lists that shrink by leaving elements out.</summary>
    public static Arbitrary<T[]> Lists<T>(Gen<T> element, int atLeast, int atMost) =>
        Arb.From(
            from count in Gen.Choose(atLeast, atMost)
            from list in element.ArrayOf(count)
            select list,
            list => Shorter(list));

    private static IEnumerable<T[]> Shorter<T>(T[] list)
    {
        for (var piece = list.Length / 2; piece >= 1; piece /= 2)
        {
            for (var at = 0; at + piece <= list.Length; at += piece)
                yield return [.. list[..at], .. list[(at + piece)..]];
        }
    }
}
