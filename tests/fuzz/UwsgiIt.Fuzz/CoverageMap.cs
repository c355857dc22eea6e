using System.Numerics;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace UwsgiIt.Fuzz;

/// <summary>Which branches the last input took in assemblies that the sharpfuzz tool has instrumented, and which any has taken so far. Empty for others.</summary>
internal sealed unsafe class CoverageMap
{
    // What the tool's instrumentation writes to (SharpFuzz, as AFL): a counter for each pair of places, by hash.
    private const int Bytes = 1 << 16;

    // One for the process: that is how the instrumentation knows it.
    private static readonly byte* Taken = (byte*)NativeMemory.AllocZeroed(Bytes);

    private readonly byte[] _known = new byte[Bytes];

    /// <summary>Branches taken so far. Two may share a counter: never too many.</summary>
    public int Branches { get; private set; }

    /// <summary>To be called before anything instrumented runs: it would write to nowhere.</summary>
    public static void Attach()
    {
        Trace.SharedMem = Taken;
        Trace.OnBranch = static (_, _) => { };
    }

    /// <summary>Adds what the last input took; true when it took a branch for the first time, or one more often than any before by a power of two.</summary>
    public bool Learn()
    {
        var taken = new Span<byte>(Taken, Bytes);
        var isNew = false;
        for (var at = taken.IndexOfAnyExcept((byte)0); at < Bytes;)
        {
            if (at < 0)
            {
                break;
            }

            var often = (byte)(1 << BitOperations.Log2(taken[at]));
            if ((_known[at] & often) == 0)
            {
                Branches += _known[at] == 0 ? 1 : 0;
                _known[at] |= often;
                isNew = true;
            }

            var next = taken[(at + 1)..].IndexOfAnyExcept((byte)0);
            at = next < 0 ? Bytes : at + 1 + next;
        }

        Forget();
        return isNew;
    }

    /// <summary>Drops what was taken since: it was nobody's input.</summary>
    public static void Forget()
    {
        new Span<byte>(Taken, Bytes).Clear();
        Trace.PrevLocation = 0;
    }
}
