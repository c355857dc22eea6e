using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Supervision;

/// <summary>The signals an Emperor listens to, and what must happen before it can.</summary>
internal static class SupervisorSignals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int User1 = 10;
    public const int Terminate = 15;
    public const int Child = 17;
    public const int Urgent = 23;
    public const int WindowChange = 28;

    private static ReadOnlySpan<int> All => [Hangup, Interrupt, Quit, User1, Terminate, Child, Urgent, WindowChange];

    /// <summary>First thing in Main: may execute the program again, so that every thread of the runtime is born with these signals blocked.</summary>
    public static void Prepare() => SignalSource.RestartUnlessBlocked(Environment.GetCommandLineArgs(), All);

    public static SignalSource Open() => new(All);
}
