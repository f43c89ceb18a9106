# A loop that keeps a sum on the stack, inside one that may; one that reads what it packed there; and a loop whose inner one
# lies behind it.
	.text
	.globl bad
	.type bad,@function
bad:
	vmovups %zmm1, (%rsp)
1:
	vfmadd231ps %zmm2, %zmm3, %zmm1
	vmovups %zmm1, 64(%rsp)
	decq %rax
	jne 1b
	vmovups 128(%rsp), %zmm4
	decq %rcx
	jne bad
	retq
	.size bad, .-bad
	.globl good
	.type good,@function
good:
2:
	vbroadcastss 64(%rsp,%rax,4), %zmm2
	vfmadd231ps %zmm2, %zmm3, %zmm1
	decq %rax
	jne 2b
3:
	decq %rcx
	jne 3b
	retq
	.size good, .-good
	.globl apart
	.type apart,@function
apart:
	vmovups 128(%rsp), %zmm4
	vfmadd231ps %zmm4, %zmm3, %zmm1
	jmp 5f
4:
	decq %rcx
	jne apart
	retq
5:
	vfmadd231ps %zmm2, %zmm3, %zmm1
	decq %rax
	jne 5b
	jmp 4b
	.size apart, .-apart
