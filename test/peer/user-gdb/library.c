int counter;
int library_sum(int a, int b)
{
  int sum = a + b;
  counter += sum;
  return sum;
}
