// Ends with a code of the driver's own, for reasons of its own.
int main() { return 3; }
